import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TarFile } from "./tar-stream.ts";

/** The database, its log and what is kept beside it; no session keys, no settings, no program logs. */
const copiedNames = ["handshake.db", "handshake.db-wal", "blobs"];

/** What a copy of a data folder holds that no engine uses. Throws the file system's errors. */
export function copiedFiles(folder: string): TarFile[] {
  return copiedNames.flatMap((name) => filesAt(folder, name));
}

function filesAt(folder: string, name: string): TarFile[] {
  const path = join(folder, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isDirectory()) {
    return readdirSync(path)
      .toSorted()
      .flatMap((entry) => filesAt(folder, `${name}/${entry}`));
  }
  return [{ name, path, bytes: found.size, changedAtMs: found.mtimeMs }];
}
