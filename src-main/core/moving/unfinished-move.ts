import { existsSync, mkdirSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { movedFromFile, unfinishedFolder } from "../../data-folder-pointer.ts";
import { syncFolder } from "../../durable-files.ts";
import { isLeftBehind } from "./folder-content.ts";
import { readMovedFrom, writeMovedFrom, type MovedFrom } from "./moved-from.ts";

/** What stood at the destination, for the moment in which two names change: nothing in it is missed. */
export function asideFolder(to: string): string {
  return `${to}.handshake-old`;
}

/** An empty folder beside the destination, marked as this move's. */
export function makeUnfinished(to: string, marker: MovedFrom): string {
  const folder = unfinishedFolder(to);
  mkdirSync(folder, { mode: 0o700 });
  writeMovedFrom(folder, marker);
  syncFolder(dirname(folder));
  return folder;
}

/**
 * Removes what a move from this folder left half done. Never what another one, or a person, put there:
 * answers false then.
 */
export function removeUnfinished(to: string, from: string): boolean {
  const folder = unfinishedFolder(to);
  if (!existsSync(folder)) return true;
  const names = readdirSync(folder);
  const isOurs =
    readMovedFrom(folder)?.from === from ||
    names.every((name) => name === movedFromFile || name === `${movedFromFile}.tmp`);
  if (!isOurs) return false;
  // The mark goes last: what a kill leaves of this is known as ours again.
  for (const name of names.filter((one) => one !== movedFromFile))
    rmSync(join(folder, name), { recursive: true });
  rmSync(join(folder, movedFromFile), { force: true });
  rmdirSync(folder);
  return true;
}

/** What had to make room; true when nothing is there any more. */
export function removeAside(to: string): boolean {
  const folder = asideFolder(to);
  if (!existsSync(folder)) return true;
  if (!isLeftBehind(folder)) return false;
  rmSync(folder, { recursive: true });
  return true;
}
