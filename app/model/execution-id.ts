/**
 * Ids that order themselves. A run's id is a UUID (version 7 in shape: time first) that ends in eight
 * zeros; a node execution's id is its run's id with the node's sequence in those eight hex digits. So
 * unique run ids make unique node execution ids, without an index of their own.
 */
export function newRunId(now: number, randomBytes: Uint8Array): string {
  const hex = Array.from(randomBytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0"));
  const random = hex.join("");
  const time = now.toString(16).padStart(12, "0");
  const variant = (8 + (Number.parseInt(random.slice(3, 4), 16) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 11)}00000000`;
}

export function nodeExecutionIdOf(runId: string, sequence: number): string {
  return runId.slice(0, 28) + sequence.toString(16).padStart(8, "0");
}

/** The run and sequence that a node execution's id was made of. */
export function parseNodeExecutionId(nodeExecutionId: string): {
  readonly runId: string;
  readonly sequence: number;
} {
  return {
    runId: `${nodeExecutionId.slice(0, 28)}00000000`,
    sequence: Number.parseInt(nodeExecutionId.slice(28), 16),
  };
}
