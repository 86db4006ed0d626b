import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "../../../app/engine/to-error.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { dataPaths, openWriter } from "./sqlite-database.ts";

/**
 * Why data cannot be kept where this folder would lie, or null: tries it with an empty database, and removes
 * that, also what an earlier try left that was killed.
 */
export function probeDisk(folder: string): string | null {
  const parent = dirname(folder);
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    openWriter(dataPaths(folder)).close();
    return null;
  } catch (error) {
    if (error instanceof StorageError && error.code === "READ_ONLY")
      return `${parent} lies on a disk without the locks that the database needs, such as a network drive. Choose a local one.`;
    return `Data cannot be kept in ${parent}: ${messageOf(error)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
