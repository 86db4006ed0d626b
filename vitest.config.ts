import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["{app,src-main,src-renderer,scripts,bench,faults}/**/*.test.{ts,tsx}"],
    globalSetup: "scripts/build-for-tests.mjs",
    // A process for each file: a test that kills, locks or loads the native module harms no other.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A worker that does not end by itself is killed, so that Ctrl-C and a finished run both end.
    teardownTimeout: 10_000,
  },
});
