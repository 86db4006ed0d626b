import type Database from "better-sqlite3";
import { GroupRejection } from "../group-rejection.ts";

const mostKept = 20_000;

/** From a run's UUID to its key in the tables: remembered, because every group asks. */
export function createRunKeys(db: Database.Database) {
  const select = db
    .prepare<[string], number>("select id from workflow_run where run_id = ?")
    .pluck();
  const kept = new Map<string, number>();

  function set(runId: string, key: number): void {
    // The oldest goes first; what is used again is simply read again.
    if (kept.size >= mostKept)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    kept.set(runId, key);
  }

  function find(runId: string): number | null {
    const known = kept.get(runId);
    if (known !== undefined) return known;
    const key = select.get(runId);
    if (key === undefined) return null;
    set(runId, key);
    return key;
  }

  return {
    set,
    find,
    require(runId: string): number {
      const key = find(runId);
      if (key === null) throw new GroupRejection("NOT_FOUND", `There is no run ${runId}.`);
      return key;
    },
    delete: (runId: string) => kept.delete(runId),
    /** After a rollback: a key may belong to a run that was never stored. */
    clear: () => kept.clear(),
  };
}
