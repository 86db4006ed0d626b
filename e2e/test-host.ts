import { chromiumPath } from "./chromium-path.ts";

/** What the specs run on. `stand-in` is e2e/electron-host over Chromium, `electron` the real one. */
export type TestHost = "stand-in" | "electron";

export const testHost: TestHost =
  process.env["HANDSHAKE_TEST_HOST"] === "electron" ? "electron" : "stand-in";

/** Why no spec can run on this machine; null when they can. */
export function whyNotHere(): string | null {
  if (testHost === "electron" || process.platform === "win32") return null;
  return chromiumPath(process.env) === null
    ? "Chromium not found: install chromium, or set CHROMIUM_PATH"
    : null;
}

/** What the app is started with, so that `electron` means this host. */
export function hostEnvironment(): Record<string, string> {
  if (testHost === "electron") return {};
  return { CHROMIUM_PATH: chromiumPath(process.env) ?? "" };
}
