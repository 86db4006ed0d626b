import { app } from "electron";
import type { AppUpdater } from "electron-updater";
import * as z from "zod";
import type { AppLog } from "../app-log.ts";
import type { UpdateFeed } from "./update-feed.ts";
import type { UpdateConfig } from "./update-config.ts";

/** scripts/package.ts puts the format of the data into the feed. */
const Vendor = z.object({ vendor: z.object({ schemaVersion: z.number().int().nonnegative() }) });

/**
 * The feed through electron-updater, which is loaded with the first look. It checks the hash of what it
 * fetches, on Windows the signature too; on macOS the system does.
 */
export function openElectronFeed({ file }: UpdateConfig, log: AppLog): UpdateFeed {
  let loading: Promise<AppUpdater> | null = null;
  const updater = (): Promise<AppUpdater> => (loading ??= loadUpdater(file, log));
  let loaded: AppUpdater | null = null;
  return {
    async check() {
      loaded = await updater();
      const result = await loaded.checkForUpdates();
      if (result === null) throw new Error("This build looks for no updates.");
      if (!result.isUpdateAvailable) return null;
      const { updateInfo } = result;
      const told = Vendor.safeParse(updateInfo);
      return {
        version: updateInfo.version,
        schemaVersion: told.success ? told.data.vendor.schemaVersion : null,
      };
    },
    async download(onProgress) {
      const from = await updater();
      const tell = ({ percent }: { readonly percent: number }): void => {
        onProgress(Math.min(1, Math.max(0, percent / 100)));
      };
      from.on("download-progress", tell);
      try {
        await from.downloadUpdate();
      } finally {
        from.off("download-progress", tell);
      }
    },
    install() {
      if (loaded === null) throw new Error("There is nothing to install.");
      loaded.quitAndInstall();
    },
  };
}

async function loadUpdater(file: string, log: AppLog): Promise<AppUpdater> {
  const { DebUpdater, MacUpdater, NsisUpdater } = await import("electron-updater");
  const updater = {
    win32: () => new NsisUpdater(),
    darwin: () => new MacUpdater(),
  };
  const { platform } = process;
  // On Linux only the looking is used, which is the same for all.
  const made: AppUpdater =
    platform === "win32" || platform === "darwin" ? updater[platform]() : new DebUpdater();
  made.updateConfigPath = file;
  made.forceDevUpdateConfig = !app.isPackaged;
  made.autoDownload = false;
  made.autoInstallOnAppQuit = false;
  made.allowDowngrade = false;
  made.disableWebInstaller = true;
  // It would send a number of its own that never changes: the same for everyone tells nothing.
  made.requestHeaders = { "x-user-staging-id": nobody };
  // Its lines name files: only what went wrong is kept, and without them.
  made.logger = {
    info: () => undefined,
    warn: () => log.write("warn", "update", "electron-updater warned."),
    error: () => log.write("error", "update", "electron-updater failed."),
  };
  // Also rejects; an error event without a listener would end the app.
  made.on("error", () => undefined);
  return made;
}

const nobody = "00000000-0000-4000-8000-000000000000";
