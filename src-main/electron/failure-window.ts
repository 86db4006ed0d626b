import { dialog, shell } from "electron";
import { servedAddressOf } from "../serve/served-address.ts";
import { relaunch } from "./relaunch.ts";
import { startFailurePage, type FailureAction } from "./start-failure.ts";
import { openStatusWindow } from "./status-window.ts";

export interface FailureWindowOptions {
  readonly dataFolder: string;
  readonly onRetry: () => void;
  readonly onQuit: () => void;
}

/** Says why the app could not start, and offers the ways out. None of them deletes anything. */
export function showFailureWindow(error: Error, options: FailureWindowOptions): void {
  const { dataFolder, onRetry, onQuit } = options;
  const browserAddress = servedAddressOf(error, dataFolder);
  const actions: Readonly<Record<FailureAction, () => void>> = {
    retry() {
      window.close();
      onRetry();
    },
    "other-folder": () => void relaunchElsewhere(onQuit),
    "show-folder": () => shell.showItemInFolder(dataFolder),
    "open-browser"() {
      // Loopback, and a port that the owner itself wrote down.
      if (browserAddress !== null) void shell.openExternal(browserAddress);
    },
    quit: onQuit,
  };
  const window = openStatusWindow(startFailurePage(error, { browserAddress, dataFolder }), {
    onAction(name) {
      const action = Object.entries(actions).find(([known]) => known === name);
      action?.[1]();
    },
    onClosed: onQuit,
  });
}

async function relaunchElsewhere(quit: () => void): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog({
    title: "Folder for Handshake's data",
    properties: ["openDirectory", "createDirectory"],
  });
  const [folder] = filePaths;
  if (folder === undefined) return;
  relaunch([...argumentsWithoutData(), "--data", folder]);
  quit();
}

function argumentsWithoutData(): string[] {
  const given = process.argv.slice(1);
  return given.filter(
    (argument, at) =>
      argument !== "--data" && given[at - 1] !== "--data" && !argument.startsWith("--data="),
  );
}
