import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { testHost } from "./e2e/test-host.ts";

// Playwright asks the package `electron` where its program is, and that reads this variable.
if (testHost === "stand-in") {
  const folder = new URL("./e2e/electron-host/bin", import.meta.url);
  process.env["ELECTRON_OVERRIDE_DIST_PATH"] = fileURLToPath(folder);
}

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  outputDir: "test-results/browser",
  globalSetup: "./e2e/build-once.ts",
  // Two apps with a Chromium each are what a small machine carries.
  workers: 2,
  fullyParallel: true,
  timeout: 40_000,
  expect: { timeout: 10_000 },
  globalTimeout: 10 * 60_000,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"], ["./e2e/count-by-tag.ts"]],
});
