/** How often the calls were made, from what `strace -c` writes. Throws when it saw none of them. */
export function totalCalls(summary: string, names: readonly string[]): number {
  let calls = 0;
  for (const line of summary.split("\n")) {
    // % time, seconds, usecs/call, calls, errors where there were any, name
    const columns = line.trim().split(/\s+/);
    if (names.includes(columns.at(-1) ?? "")) calls += Number(columns[3]);
  }
  if (!Number.isInteger(calls) || calls === 0) {
    throw new Error(`strace counted no ${names.join(" or ")}:\n${summary}`);
  }
  return calls;
}
