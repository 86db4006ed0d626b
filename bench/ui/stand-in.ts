import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { _electron, type Page } from "@playwright/test";
import { chromiumPath } from "../../e2e/chromium-path.ts";

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The app as it is shipped, on the stand-in for Electron (e2e/electron-host). */
export async function openStandIn(dataFolder: string): Promise<{
  readonly page: Page;
  close(): Promise<void>;
}> {
  const vite = here("node_modules/vite/bin/vite.js");
  const build = [
    vite,
    "build",
    "--app",
    "--config",
    "electron.vite.config.ts",
    "--logLevel",
    "warn",
  ];
  execFileSync(process.execPath, build, { cwd: here("."), stdio: ["ignore", "ignore", "inherit"] });
  mkdirSync(dataFolder);
  // Playwright asks the package `electron` where its program is, and that reads this variable.
  process.env["ELECTRON_OVERRIDE_DIST_PATH"] = here("e2e/electron-host/bin");
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const app = await _electron.launch({
    args: [here("dist/main/main.js"), "--data", dataFolder],
    env: {
      ...env,
      CHROMIUM_PATH: chromiumPath(process.env) ?? "",
      HANDSHAKE_TEST_NODE: process.execPath,
    },
  });
  const page = await mainPage(app);
  return { page, close: () => app.close() };
}

type App = Awaited<ReturnType<typeof _electron.launch>>;

async function mainPage(app: App): Promise<Page> {
  for (
    let window: Page | null = await app.firstWindow();
    ;
    window = await app.waitForEvent("window")
  ) {
    const isMain = await window
      .locator("#root h1")
      .first()
      .waitFor({ timeout: 20_000 })
      .then(() => true)
      .catch(() => false);
    if (isMain) return window;
  }
}
