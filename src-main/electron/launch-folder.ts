import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  chooseDataFolder,
  DataFolderError,
  ensureDataFolder,
  type DataFolderChoice,
} from "../data-folder.ts";
import { launchOption } from "./launch-option.ts";

/** The data folder of this launch, or why there is none. */
export type LaunchFolder =
  | { readonly kind: "usable"; readonly choice: DataFolderChoice; readonly electronFolder: string }
  | {
      readonly kind: "unusable";
      readonly error: DataFolderError;
      /** Chromium needs a place even to show a message. */
      readonly electronFolder: string;
    };

/** `--data DIR`, HANDSHAKE_DATA, or the system's place. Made where it is missing, otherwise untouched. */
export function findLaunchFolder(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): LaunchFolder {
  try {
    const choice = chooseDataFolder({ option: launchOption(argv, "--data"), env });
    ensureDataFolder(choice);
    return { kind: "usable", choice, electronFolder: join(choice.path, "electron") };
  } catch (error) {
    if (!(error instanceof DataFolderError)) throw error;
    const electronFolder = mkdtempSync(join(tmpdir(), "handshake-"));
    return { kind: "unusable", error, electronFolder };
  }
}
