import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import type { HostKind } from "./e2e/host/host.ts";
import { testHost } from "./e2e/test-host.ts";

// Playwright asks the package `electron` where its program is, and that reads this variable.
if (testHost === "stand-in") {
  const folder = new URL("./e2e/electron-host/bin", import.meta.url);
  process.env["ELECTRON_OVERRIDE_DIST_PATH"] = fileURLToPath(folder);
}

export default defineConfig<object, { readonly hostKind: HostKind }>({
  testDir: "e2e",
  // The story is told on every host; the rest belongs to one. Browser mode comes first: its kills take longest
  // and mostly wait, so that at the end they would leave the machine idle.
  projects: [
    {
      name: "browser mode",
      testMatch: ["**/e2e/story/*.spec.ts", "**/e2e/browser/*.spec.ts"],
      use: { hostKind: "browser" },
    },
    {
      name: testHost,
      testMatch: "**/*.spec.ts",
      testIgnore: "**/e2e/browser/**",
      use: { hostKind: "desktop" },
    },
  ],
  outputDir: "test-results/browser",
  globalSetup: ["./e2e/build-once.ts", "./scripts/build-for-tests.mjs"],
  // Four apps with a Chromium each keep two cores at work: each of them waits half of its time.
  workers: 4,
  fullyParallel: true,
  // Generous: a machine that does other things as well shall not make them red.
  timeout: 150_000,
  expect: { timeout: 20_000 },
  globalTimeout: 28 * 60_000,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"], ["./e2e/count-by-tag.ts"]],
});
