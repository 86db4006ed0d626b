import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeFileDurably } from "./durable-files.ts";

// A data folder that was moved leaves a pointer: whoever looks for its data there is led to where it is.
// Read by every start, also by Electron's main thread: no driver, no schema library.

export const pointerFile = "moved-to.json";
/** In a folder that was moved to: where from. See src-main/core/moving. */
export const movedFromFile = "moved-from.json";

export interface DataFolderPointer {
  /** Of the move that wrote it. */
  readonly id: string;
  readonly to: string;
}

export type Followed =
  | { readonly kind: "here"; readonly path: string }
  /** Nothing of ours is where the last pointer leads: its disk may be away. */
  | { readonly kind: "gone"; readonly from: string; readonly to: string }
  | { readonly kind: "loop"; readonly path: string }
  | { readonly kind: "damaged"; readonly file: string };

/** What a move in the making is called until it is whole. */
export function unfinishedFolder(to: string): string {
  return `${to}.handshake-moving`;
}

/** Goes from a data folder along the pointers, as far as they lead. */
export function followPointers(start: string): Followed {
  const seen = new Set<string>();
  let path = start;
  for (;;) {
    if (seen.has(path)) return { kind: "loop", path };
    seen.add(path);
    // A move into this place was interrupted between two names: the data is still where it came from.
    const origin = isThere(path) ? null : originOfUnfinished(path);
    if (origin !== null) {
      path = origin;
      continue;
    }
    const pointer = readPointer(path);
    if (pointer === null) return { kind: "here", path };
    if (pointer === "damaged") return { kind: "damaged", file: join(path, pointerFile) };
    const { to } = pointer;
    if (!holdsAnything(to) && originOfUnfinished(to) === null) {
      return { kind: "gone", from: path, to };
    }
    path = to;
  }
}

/** Null where the folder was not moved. */
export function readPointer(folder: string): DataFolderPointer | "damaged" | null {
  const file = join(folder, pointerFile);
  if (!isThere(file)) return null;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return "damaged";
  }
  const { id, to } = fieldsOf(text);
  return typeof id === "string" && typeof to === "string" ? { id, to } : "damaged";
}

/** Durable when it returns. */
export function writePointer(folder: string, pointer: DataFolderPointer): void {
  writeFileDurably(join(folder, pointerFile), `${JSON.stringify(pointer, null, 2)}\n`);
}

function originOfUnfinished(to: string): string | null {
  try {
    const text = readFileSync(join(unfinishedFolder(to), movedFromFile), "utf8");
    const { from } = fieldsOf(text);
    return typeof from === "string" ? from : null;
  } catch {
    // No move was under way.
    return null;
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A folder that may not be looked into is refused with its own words later.
    return false;
  }
}

/** The place where a disk is mounted is an empty folder while the disk is away. */
function holdsAnything(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
