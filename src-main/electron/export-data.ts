import { createWriteStream, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { BrowserWindow, dialog, shell } from "electron";
import { copiedFiles } from "../core/data-copy/copied-files.ts";
import { tarOf } from "../core/data-copy/tar-stream.ts";
import type { AppLog } from "./app-log.ts";

/**
 * Asks where to, and saves the data of a folder that no engine uses there as a tar file, byte by byte: what is
 * damaged is copied as it is. What went wrong is said in a dialog, and leaves no half of a file.
 */
export async function exportData(folder: string, log: AppLog): Promise<void> {
  const options = {
    title: "Export a copy of the data",
    defaultPath: "handshake-data.tar",
    filters: [{ name: "Tar archive", extensions: ["tar"] }],
  };
  const parent = BrowserWindow.getFocusedWindow();
  const { canceled, filePath } =
    parent === null
      ? await dialog.showSaveDialog(options)
      : await dialog.showSaveDialog(parent, options);
  if (canceled || filePath === "") return;
  // What stood there before is replaced by a whole copy or not at all.
  const part = `${filePath}.part`;
  try {
    const files = copiedFiles(folder);
    await pipeline(tarOf(files), createWriteStream(part, { mode: 0o600, flush: true }));
    renameSync(part, filePath);
    log.write("info", "app", "A copy of the data was saved.");
    shell.showItemInFolder(filePath);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.write("error", "app", `No copy of the data could be saved: ${why}`);
    rmSync(part, { force: true });
    dialog.showErrorBox(
      "The copy could not be saved",
      `${why}\n\nNothing was changed in the data folder. Choose another place, or copy the folder itself: ${folder}`,
    );
  }
}

/** Where the data is on a database server, there is nothing in the folder that a copy could be made of. */
export function refuseExport(): void {
  dialog.showErrorBox(
    "The data is not on this machine",
    "It is in a shared database. Whoever looks after its server makes copies of it.",
  );
}
