import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  realpathSync,
  statfsSync,
  statSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { followPointers } from "../../data-folder-pointer.ts";
import { probeDisk } from "../../storage/sqlite/probe-disk.ts";
import { isLeftBehind, type FolderContent } from "./folder-content.ts";

export type Destination =
  | {
      readonly ok: true;
      /** Without links on the way. */
      readonly to: string;
      readonly stands: "missing" | "empty" | "left-behind";
    }
  | { readonly ok: false; readonly why: string };

/** Beside the data itself: for its folders, and so that the disk is not full at once. */
const marginBytes = 32_000_000;

/** Whether the data of a folder may be moved to a place, and if not, why, in a sentence. Leaves nothing behind. */
export function examineDestination(move: {
  /** The data folder. */
  readonly from: string;
  readonly to: string;
  readonly content: FolderContent;
  /** The copy is on its disk already. */
  readonly isCopied?: boolean;
}): Destination {
  const { content, isCopied = false } = move;
  if (!isAbsolute(move.to) || move.to.includes("\0"))
    return refuse("Give the folder's whole path, from the top of its disk.");
  const parent = parentOf(resolve(move.to));
  if (parent === null) return refuse(`${dirname(resolve(move.to))} is no folder. Create it first.`);
  const from = realpathSync(move.from);
  const to = placeOf(join(parent, basename(resolve(move.to))));
  if (to === from) return refuse("The data is there already.");
  if (isInside(to, from)) return refuse(`${to} lies inside of the data folder itself.`);
  if (isInside(from, to)) return refuse(`The data folder lies inside of ${to}.`);
  if (content.strange.length > 0) return refuse(strangeWords(from, content.strange));
  const stands = standingOf(to, from);
  if (!stands.ok) return stands;
  const why = isCopied ? null : whyNotAt(to, content.bytes);
  return why ?? { ok: true, to, stands: stands.stands };
}

function refuse(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}

function parentOf(path: string): string | null {
  try {
    const parent = realpathSync(dirname(path));
    return statSync(parent).isDirectory() ? parent : null;
  } catch {
    return null;
  }
}

function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It is to be made.
    return path;
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function strangeWords(from: string, strange: readonly string[]): string {
  const named = strange.slice(0, 3).join(", ");
  const more = strange.length > 3 ? ` and ${strange.length - 3} more` : "";
  return `${from} also holds what is not Handshake's, or is a link: ${named}${more}. Put that elsewhere first.`;
}

type Standing =
  | Exclude<Destination, { readonly ok: true }>
  | Omit<Extract<Destination, { readonly ok: true }>, "to">;

function standingOf(to: string, from: string): Standing {
  const found = lstatSync(to, { throwIfNoEntry: false });
  if (found === undefined) return { ok: true, stands: "missing" };
  if (!found.isDirectory()) return refuse(`${to} is a file.`);
  if (found.dev !== statSync(dirname(to)).dev)
    return refuse(
      `${to} is the top of a disk. Name a folder in it, such as ${join(to, "Handshake")}.`,
    );
  if (readdirSync(to).length === 0) return { ok: true, stands: "empty" };
  const followed = followPointers(to);
  // Moved away from there earlier, and now back.
  if (isLeftBehind(to) && followed.kind === "here" && realpathSync(followed.path) === from)
    return { ok: true, stands: "left-behind" };
  return refuse(`${to} is not empty. Name a folder that is, or that is not there yet.`);
}

function whyNotAt(to: string, bytes: number): Destination | null {
  const parent = dirname(to);
  try {
    accessSync(parent, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return refuse(
      `Nothing can be written in ${parent}. Change its rights, or name another folder.`,
    );
  }
  const needed = bytes + marginBytes;
  const { bavail, bsize } = statfsSync(parent);
  if (bavail * bsize < needed) {
    const [needs, has] = [needed, bavail * bsize].map((one) => Math.ceil(one / 1_000_000));
    return refuse(`The disk of ${parent} has ${has} MB free, but ${needs} MB are needed.`);
  }
  const why = probeDisk(`${to}.handshake-probe`);
  return why === null ? null : refuse(why);
}
