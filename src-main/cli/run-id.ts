/**
 * A run's id as people see it: 18 of 36 characters, its time and 12 bits of chance; long enough to
 * name the run in a command.
 */
export function shortRunId(runId: string): string {
  return runId.slice(0, 18);
}
