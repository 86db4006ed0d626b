import { StorageError } from "../../app/storage/storage-error.ts";
import { startFailurePage } from "../../src-main/electron/start-failure.ts";
import { startingPage } from "../../src-main/electron/starting-page.ts";
import {
  statusPageHtml,
  statusPageStyle,
  type StatusPage,
} from "../../src-main/electron/status-page.ts";
import type { Scene } from "./scene.ts";

const dataFolder = "/home/ada/.local/share/handshake";
const backup = { place: `${dataFolder}/backups`, done: 1_310_000_000, total: 2_100_000_000 };
const owner = { kind: "handshake serve", pid: 4711, since: "2026-11-23T13:58:00.000Z" };

/** The app's small windows: pages without a script, as the main process writes them. */
export const windowScenes: readonly Scene[] = [
  windowScene("window-backing-up", startingPage("backing-up", backup)),
  windowScene("window-migrating", startingPage("migrating", { ...backup, done: 2, total: 3 })),
  windowScene(
    "window-damaged",
    startFailurePage(
      new StorageError("CORRUPT", "The data file is damaged: database disk image is malformed."),
      { browserAddress: null, dataFolder },
    ),
  ),
  windowScene(
    "window-in-use",
    startFailurePage(new StorageError("IN_USE", `${dataFolder} is in use.`, { details: owner }), {
      browserAddress: "http://127.0.0.1:4711/",
      dataFolder,
    }),
  ),
];

function windowScene(name: string, status: StatusPage): Scene {
  return {
    name,
    stage: "window",
    size: { width: 520, height: 300 },
    show: async ({ page }) => {
      await page.route("http://status.test/**", (route) =>
        route.request().url().endsWith(".css")
          ? route.fulfill({ contentType: "text/css", body: statusPageStyle })
          : route.fulfill({ contentType: "text/html", body: statusPageHtml(status) }),
      );
      await page.goto("http://status.test/");
      await page.unrouteAll();
    },
  };
}
