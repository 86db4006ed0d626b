import type { OutsideCommit } from "../../app/engine/engine.ts";
import type { LimitShares } from "../../app/engine/limit-shares.ts";
import type { Fence } from "../../app/storage/storage.ts";

/** What a backend offers where several engines share it. */
export interface SharedDatabase {
  /**
   * Keeps an engine's lease, from a thread with its own connection. `onLost` is called once when it could not
   * be renewed for so long that another engine may have taken the runs.
   */
  keepLease(fence: Fence, onLost: (error: Error) => void): Closable;
  /** Tells of what any engine committed: soon, merged, and now and then not at all. */
  watchCommits(listener: (commits: readonly OutsideCommit[]) => void): Closable;
  readonly limitShares: LimitShares;
}

export interface Closable {
  close(): Promise<void>;
}
