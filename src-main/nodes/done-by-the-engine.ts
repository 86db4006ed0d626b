/** For the node types that have no handler; only an engine with a bug calls it. */
export function doneByTheEngine(type: string): never {
  throw new Error(
    `"${type}" is done by the engine and has no handler: check \`kind\` before execute.`,
  );
}
