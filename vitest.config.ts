import { defineConfig } from "vitest/config";
import { builtThreads } from "./scripts/bundle/built-threads.ts";

const kinds = "*.test.{ts,tsx}";

export default defineConfig({
  plugins: [builtThreads({ root: import.meta.dirname })],
  test: {
    environment: "node",
    globalSetup: "scripts/build-for-tests.mjs",
    pool: "forks",
    // More than the two cores: tests of the machine wait for processes and disks.
    maxWorkers: 3,
    // Generous: a machine that does other things as well shall not make them red.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // A worker that does not end by itself is killed, so that Ctrl-C and a finished run both end.
    teardownTimeout: 10_000,
    projects: [
      {
        extends: true,
        test: {
          name: "machine",
          include: [`{src-main,scripts,bench,faults}/**/${kinds}`],
          // A process for each file: a test that kills, locks or loads the native module harms no other.
          isolate: true,
        },
      },
      {
        extends: true,
        test: {
          name: "pure",
          include: [`{app,src-renderer}/**/${kinds}`],
          // Nothing there touches the process it runs in, so files share one.
          isolate: false,
        },
      },
    ],
  },
});
