/** So that the focus can be put on a row that is drawn later. */
export function rowElementId(runId: string): string {
  return `run-${runId}`;
}
