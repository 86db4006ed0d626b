import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { movedFromFile } from "../../data-folder-pointer.ts";
import { writeFileDurably } from "../../durable-files.ts";

const MovedFile = z.strictObject({
  path: z.string(),
  bytes: z.number(),
  mtimeMs: z.number(),
  sha256: z.string(),
});
export type MovedFile = z.infer<typeof MovedFile>;

/** A folder whose content was copied from, as it was then. */
const MoveSource = z.strictObject({ id: z.uuid(), from: z.string(), files: z.array(MovedFile) });
export type MoveSource = z.infer<typeof MoveSource>;

/** Stands in a folder that was moved to, until the old content is removed. */
const MovedFrom = z.strictObject({
  id: z.uuid(),
  from: z.string(),
  /** Null until every file is copied and compared. */
  files: z.array(MovedFile).nullable(),
  /** Of earlier moves, whose old content could not be removed yet. */
  earlier: z.array(MoveSource),
});
export type MovedFrom = z.infer<typeof MovedFrom>;

export function readMovedFrom(folder: string): MovedFrom | null {
  try {
    return MovedFrom.parse(JSON.parse(readFileSync(join(folder, movedFromFile), "utf8")));
  } catch {
    // Missing, or a text that we did not write.
    return null;
  }
}

export function writeMovedFrom(folder: string, movedFrom: MovedFrom): void {
  writeFileDurably(join(folder, movedFromFile), `${JSON.stringify(movedFrom)}\n`);
}

/** The folders that still have to be emptied. */
export function sourcesOf({ id, from, files, earlier }: MovedFrom): readonly MoveSource[] {
  return files === null ? earlier : [...earlier, { id, from, files }];
}
