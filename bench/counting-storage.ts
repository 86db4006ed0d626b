import type { Storage } from "../app/storage/storage.ts";

export interface StorageCounts {
  /** Write transactions. */
  commits: number;
  /** Time spent in `commit`, in milliseconds. */
  commitMs: number;
}

/** The same storage, its transactions counted. Adds no turn to what it answers. */
export function countStorage(storage: Storage): {
  readonly storage: Storage;
  readonly counts: StorageCounts;
} {
  const counts: StorageCounts = { commits: 0, commitMs: 0 };
  const counted: Storage = {
    ...storage,
    commit(groups, fence) {
      counts.commits += 1;
      const begun = performance.now();
      const outcomes = storage.commit(groups, fence);
      counts.commitMs += performance.now() - begun;
      return outcomes;
    },
    heartbeatWorkflow(fence, at) {
      counts.commits += 1;
      return storage.heartbeatWorkflow(fence, at);
    },
    putDefinition(definition, at) {
      counts.commits += 1;
      return storage.putDefinition(definition, at);
    },
    appendLogs(lines) {
      counts.commits += 1;
      return storage.appendLogs(lines);
    },
  };
  return { storage: counted, counts };
}
