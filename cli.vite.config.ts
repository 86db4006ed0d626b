import { resolve } from "node:path";
import { defineConfig } from "vite";
import { threadBundles } from "./scripts/bundle/thread-bundles.ts";

/**
 * The `handshake` command as one file a thread, which starts in half the time of its sources:
 * `vite build --app --config cli.vite.config.ts`. bin/handshake.mjs takes it while it is current.
 */
const root = import.meta.dirname;

export default defineConfig(
  threadBundles({
    root,
    outDir: resolve(root, "dist/cli"),
    threads: {
      cli: "src-main/cli/main.ts",
      "core-thread": "src-main/core/core-thread.ts",
      "reader-thread": "src-main/core/reading/reader-thread.ts",
      "expression-worker": "src-main/core/expression-worker.ts",
      "lease-thread": "src-main/storage/postgres/postgres-lease-thread.ts",
    },
  }),
);
