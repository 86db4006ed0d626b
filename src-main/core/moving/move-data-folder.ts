import { existsSync, renameSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../../app/engine/to-error.ts";
import {
  pointerFile,
  readPointer,
  unfinishedFolder,
  writePointer,
} from "../../data-folder-pointer.ts";
import { removeFileDurably, syncFolder } from "../../durable-files.ts";
import { copyContent } from "./copy-content.ts";
import { examineDestination, type Destination } from "./destination.ts";
import { readFolderContent, type FolderContent } from "./folder-content.ts";
import { dropMoveIntent, readMoveIntent, type MoveIntent } from "./move-intent.ts";
import { readMovedFrom, sourcesOf, writeMovedFrom, type MovedFrom } from "./moved-from.ts";
import { sameAsMoved } from "./same-as-moved.ts";
import { asideFolder, makeUnfinished, removeAside, removeUnfinished } from "./unfinished-move.ts";

export interface FolderMove {
  /** Whoever calls holds its lock, and has not opened its database. */
  readonly folder: string;
  /** Whether engines of other processes have their locks in the folder: it has to stay for now. */
  readonly isShared: () => boolean;
  readonly onProgress?: (
    done: number,
    move: { readonly total: number; readonly to: string },
  ) => void;
  /** For fault tests: called between the steps; may throw or kill. */
  readonly crashPoint?: (name: string) => void;
}

export type FolderMoved =
  | { readonly kind: "none" }
  | { readonly kind: "moved"; readonly to: string }
  /** It is tried at the next start. */
  | { readonly kind: "waits"; readonly to: string }
  /** Everything is where it was, and nobody wants it moved any more. */
  | { readonly kind: "stays"; readonly to: string; readonly why: string };

/**
 * Does what a person asked for in the app. The order is the point: a whole, flushed and compared copy gets
 * its name; then the pointer in the old folder; the old content is removed only by the start in the new
 * one. A kill at any moment leaves one folder that counts, and the next start goes on from there.
 */
export async function moveDataFolder(move: FolderMove): Promise<FolderMoved> {
  const { folder } = move;
  const pointer = readPointer(folder);
  // Another process moved it after this one had looked where it is.
  if (pointer !== null && pointer !== "damaged") return { kind: "moved", to: pointer.to };
  const intent = readMoveIntent(folder);
  if (intent === null) return { kind: "none" };
  const { to } = intent;
  if (move.isShared()) return { kind: "waits", to };
  try {
    await putInPlace(move, intent);
    move.crashPoint?.("in place");
    writePointer(folder, { id: intent.id, to });
  } catch (error) {
    if (takeBack(move, intent)) return { kind: "stays", to, why: messageOf(error) };
  }
  move.crashPoint?.("pointer written");
  // From here on the new folder counts, whatever happens to what is left here.
  return { kind: "moved", to };
}

/** Afterwards the whole copy stands under its name. */
async function putInPlace(move: FolderMove, intent: MoveIntent): Promise<void> {
  const { folder } = move;
  const { to } = intent;
  const content = readFolderContent(folder);
  const isMade = (made: string): boolean => isWholeCopy(made, { intent, content });
  // A kill came between the name and the pointer.
  if (isMade(to)) return;
  if (readMovedFrom(to)?.id === intent.id) renameSync(to, unfinishedFolder(to));
  if (!isMade(unfinishedFolder(to))) await copyBeside(move, { intent, content });
  giveName(move, requireDestination(folder, { to, content, isCopied: true }));
}

/** False when something was written in the old folder since: then that counts, and is copied anew. */
function isWholeCopy(
  made: string,
  { intent, content }: { readonly intent: MoveIntent; readonly content: FolderContent },
): boolean {
  const movedFrom = readMovedFrom(made);
  if (movedFrom?.id !== intent.id || movedFrom.files === null) return false;
  return sameAsMoved(content, movedFrom.files) === "same";
}

type Free = Extract<Destination, { readonly ok: true }>;

function requireDestination(
  from: string,
  place: { readonly to: string; readonly content: FolderContent; readonly isCopied?: boolean },
): Free {
  const destination = examineDestination({ from, ...place });
  if (!destination.ok) throw new Error(destination.why);
  if (destination.to !== place.to) throw new Error(`${place.to} leads elsewhere by now.`);
  return destination;
}

async function copyBeside(
  { folder, onProgress, crashPoint = () => undefined }: FolderMove,
  { intent, content }: { readonly intent: MoveIntent; readonly content: FolderContent },
): Promise<void> {
  const { id, to } = intent;
  if (!removeUnfinished(to, folder)) throw new Error(`${unfinishedFolder(to)} is in the way.`);
  requireDestination(folder, { to, content });
  const earlier = readMovedFrom(folder);
  const marker: MovedFrom = {
    id,
    from: folder,
    files: null,
    earlier: earlier === null ? [] : [...sourcesOf(earlier)],
  };
  const made = makeUnfinished(to, marker);
  crashPoint("folder made");
  const files = await copyContent({
    from: folder,
    to: made,
    content,
    onProgress: (done) => onProgress?.(done, { total: content.bytes, to }),
    crashPoint,
  });
  writeMovedFrom(made, { ...marker, files: [...files] });
  crashPoint("copy is whole");
}

function giveName({ crashPoint }: FolderMove, { to, stands }: Free): void {
  if (stands === "empty") rmdirSync(to);
  if (stands === "left-behind") {
    if (!removeAside(to)) throw new Error(`${asideFolder(to)} is in the way.`);
    renameSync(to, asideFolder(to));
    // Whoever looks into `to` just now is led here by the unfinished folder (data-folder-pointer.ts).
    crashPoint?.("old name free");
  }
  renameSync(unfinishedFolder(to), to);
  crashPoint?.("named");
  syncFolder(dirname(to));
}

/**
 * Best effort: the disk may be the trouble. What stays of the copy is no data folder that anything leads
 * to. False where the pointer stands, and cannot be removed: then the move is done.
 */
function takeBack({ folder }: FolderMove, { id, to }: MoveIntent): boolean {
  try {
    removeFileDurably(join(folder, pointerFile));
  } catch {
    if (readPointer(folder) !== null) return false;
  }
  for (const step of [
    () => {
      if (readMovedFrom(to)?.id === id) renameSync(to, unfinishedFolder(to));
    },
    () => {
      if (existsSync(asideFolder(to)) && !existsSync(to)) renameSync(asideFolder(to), to);
    },
    () => removeUnfinished(to, folder),
    () => dropMoveIntent(folder),
  ]) {
    try {
      step();
    } catch {
      // The move is over all the same: a copy without a pointer is never the data.
    }
  }
  return true;
}
