import type { FolderContent } from "./folder-content.ts";
import type { MovedFile } from "./moved-from.ts";

/**
 * Whether a folder still holds what was copied of it, by size and time of change. What is gone already does
 * not matter, nor does the app's own log, which is written to until the process has ended.
 */
export function sameAsMoved(
  content: FolderContent,
  files: readonly MovedFile[],
): "same" | { readonly changed: string } {
  const known = new Map(files.map((file) => [file.path, file]));
  const changed = content.files.find(({ path, bytes, mtimeMs }) => {
    if (path.startsWith("logs/")) return false;
    const file = known.get(path);
    // A reader makes an empty log beside the database.
    if (file === undefined) return bytes > 0;
    return file.bytes !== bytes || file.mtimeMs !== mtimeMs;
  });
  return changed === undefined ? "same" : { changed: changed.path };
}
