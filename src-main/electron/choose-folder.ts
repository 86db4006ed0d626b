import { BrowserWindow, dialog } from "electron";
import { ChosenFolder } from "../../app/contract/data.ts";

/** The system's own dialog, in front of the window. Null: the person chose none. */
export async function chooseFolder(): Promise<string | null> {
  const options = {
    title: "Move the data to this folder",
    buttonLabel: "Choose",
    // Only macOS needs to be asked for a button that makes a new folder.
    properties: ["openDirectory" as const, "createDirectory" as const],
  };
  const parent = BrowserWindow.getFocusedWindow();
  const { canceled, filePaths } =
    parent === null
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(parent, options);
  return ChosenFolder.parse({ folder: canceled ? null : (filePaths[0] ?? null) }).folder;
}
