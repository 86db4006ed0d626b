import { DataMovedError, type DataFolderChoice } from "../data-folder.ts";
import type { DataLock } from "../storage/sqlite/data-lock.ts";
import type { CoreNotice } from "./core.ts";
import { hasLivingEngines } from "./engine-locks.ts";
import { moveDataFolder } from "./moving/move-data-folder.ts";
import { readPointer } from "../data-folder-pointer.ts";
import { removeMoved } from "./moving/remove-moved.ts";
import { atMostEvery } from "./at-most-every.ts";
import type { OnCoreProgress } from "./core-step.ts";

export interface MoveStart {
  readonly dataFolder: DataFolderChoice;
  /** Whoever does not hold the folder's lock moves nothing. */
  readonly isOwner: boolean;
  readonly isRestart?: boolean;
  readonly onProgress?: OnCoreProgress;
}

/** Often enough to see it move. */
const tellEveryMs = 200;

/**
 * Moves the data folder where a person asked for it, before anything in it is opened; throws DataMovedError
 * then, also where another process has just done it. Answers what a person should know when it stays.
 */
export async function followMove({
  dataFolder,
  isOwner,
  isRestart = false,
  onProgress,
}: MoveStart): Promise<readonly CoreNotice[]> {
  const { path: folder } = dataFolder;
  const pointer = readPointer(folder);
  if (pointer !== null && pointer !== "damaged") throw new DataMovedError(pointer.to);
  if (!isOwner || isRestart) return [];
  const isTime = atMostEvery(tellEveryMs);
  const moved = await moveDataFolder({
    folder,
    isShared: () => hasLivingEngines(folder),
    onProgress(done, { total, to }) {
      if (isTime() || done === total) onProgress?.("moving", { done, total, place: to });
    },
  });
  switch (moved.kind) {
    case "none":
      return [];
    case "moved":
      throw new DataMovedError(moved.to);
    case "waits": {
      const message = `The data stays where it is for now: another Handshake works with ${folder}. It is moved to ${moved.to} at the next start without one.`;
      return [{ code: "MOVE_WAITS", message }];
    }
    case "stays": {
      const message = `The data was not moved to ${moved.to}, and everything is where it was. ${moved.why}`;
      return [{ code: "MOVE_FAILED", message }];
    }
  }
}

/** Of a folder that was moved to: what is left where it came from, now that all is well here. */
export function removeMovedContent(
  folder: string,
  takeLock: (folder: string) => DataLock,
): readonly CoreNotice[] {
  return removeMoved({ folder, takeLock }).map((message) => ({ code: "OLD_DATA_LEFT", message }));
}
