import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createBuilder } from "vite";
import { threadBundles } from "../scripts/bundle/thread-bundles.ts";

/** A worker as one file: its hundreds of processes load it in half the time of its sources. */
export interface BundledWorker {
  readonly file: string;
  remove(): void;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** Made anew each time, from the sources as they are now. */
export async function bundleWorker(entry: URL): Promise<BundledWorker> {
  // Inside of the project, where the native module is found.
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, "fault-worker-"));
  const builder = await createBuilder({
    ...threadBundles({
      root,
      outDir,
      threads: {
        worker: relative(root, fileURLToPath(entry)),
        "core-thread": "src-main/core/core-thread.ts",
        "reader-thread": "src-main/core/reading/reader-thread.ts",
        "expression-worker": "src-main/core/expression-worker.ts",
        "lease-thread": "src-main/storage/postgres/postgres-lease-thread.ts",
      },
    }),
    configFile: false,
    logLevel: "warn",
  });
  await builder.buildApp();
  return {
    file: join(outDir, "worker.js"),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}
