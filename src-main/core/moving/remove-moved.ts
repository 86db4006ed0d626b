import { existsSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../app/engine/to-error.ts";
import { movedFromFile, readPointer, writePointer } from "../../data-folder-pointer.ts";
import { removeFileDurably, syncFolder } from "../../durable-files.ts";
import type { DataLock } from "../../storage/sqlite/data-lock.ts";
import { deadEngines, forgetEngines } from "../engine-locks.ts";
import { readFolderContent } from "./folder-content.ts";
import { dropMoveIntent, readMoveIntent } from "./move-intent.ts";
import { readMovedFrom, sourcesOf, writeMovedFrom, type MoveSource } from "./moved-from.ts";
import { sameAsMoved } from "./same-as-moved.ts";
import { removeAside } from "./unfinished-move.ts";

export interface MovedRemoval {
  /** The data folder, which is opened and recovered. */
  readonly folder: string;
  readonly takeLock: (folder: string) => DataLock;
  readonly crashPoint?: (name: string) => void;
}

/**
 * Removes the content of the folders that the data came from; their pointers stay. Only what is still as
 * it was copied, only where the pointer names this move, and under the folder's own lock. Answers what a
 * person should know; what could not be done is tried again by the next start.
 */
export function removeMoved(removal: MovedRemoval): readonly string[] {
  const { folder } = removal;
  const movedFrom = readMovedFrom(folder);
  if (movedFrom === null) return [];
  const told: string[] = [];
  const open: MoveSource[] = [];
  for (const source of sourcesOf(movedFrom)) {
    try {
      if (!removeSource(source, removal, told)) open.push(source);
    } catch (error) {
      open.push(source);
      told.push(
        `The old copy of your data in ${source.from} could not be removed: ${messageOf(error)} It is tried again at the next start.`,
      );
    }
  }
  removal.crashPoint?.("old content removed");
  const last = open.pop();
  if (last !== undefined) {
    writeMovedFrom(folder, { ...last, earlier: open });
    return told;
  }
  if (!removeAside(folder)) told.push(`${folder}.handshake-old is not needed any more.`);
  removeFileDurably(join(folder, movedFromFile));
  return told;
}

/** False: not yet. */
function removeSource(source: MoveSource, removal: MovedRemoval, told: string[]): boolean {
  const { id, from } = source;
  // Its disk is away, or a person removed it: nothing to say, and nothing lost by looking again.
  if (!existsSync(from)) return false;
  const pointer = readPointer(from);
  const intent = readMoveIntent(from);
  // A kill came between the name and the pointer, and a person starts in the new place.
  const isPointerMissing = pointer === null && intent?.id === id;
  // It leads elsewhere by now: what is in it is not ours to remove.
  if (!isPointerMissing && (pointer === null || pointer === "damaged" || pointer.id !== id))
    return true;
  const lock = removal.takeLock(from);
  try {
    const content = readFolderContent(from);
    const same = sameAsMoved(content, source.files);
    if (same !== "same") {
      told.push(
        `The old copy of your data in ${from} was changed after the move (${same.changed}), so it was left there. Look at it, then delete it.`,
      );
      return true;
    }
    if (isPointerMissing) writePointer(from, { id, to: intent.to });
    removeContent(from, { content, crashPoint: removal.crashPoint });
    return true;
  } finally {
    lock.release();
  }
}

function removeContent(
  from: string,
  {
    content,
    crashPoint,
  }: {
    readonly content: ReturnType<typeof readFolderContent>;
    readonly crashPoint: MovedRemoval["crashPoint"];
  },
): void {
  for (const { path } of content.files) {
    rmSync(join(from, path), { force: true });
    crashPoint?.(`removed ${path}`);
  }
  for (const path of content.folders.toReversed()) rmdirSync(join(from, path));
  const leftovers = readdirSync(from).filter((name) => name.endsWith(".tmp"));
  for (const name of ["handshake.db-shm", ...leftovers]) rmSync(join(from, name), { force: true });
  forgetEngines(from, deadEngines(from));
  const engines = join(from, "engines");
  if (existsSync(engines) && readdirSync(engines).length === 0) rmdirSync(engines);
  dropMoveIntent(from);
  syncFolder(from);
}
