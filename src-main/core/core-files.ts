import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defaultMigrationsFolder } from "../storage/sqlite/sqlite-migrations-folder.ts";
import { bundledSamplesFolder } from "./keeping/samples.ts";

/** Where a core found what belongs to it: what a packaged app can get wrong. */
export interface CoreFiles {
  readonly coreThread: string;
  readonly readerThread: string;
  readonly expressionWorker: string;
  /** The native module that this thread loaded. */
  readonly nativeModule: string | null;
  readonly migrations: FolderContent;
  readonly samples: FolderContent;
}

export interface FolderContent {
  readonly folder: string;
  readonly files: readonly string[];
}

export function coreFiles(): CoreFiles {
  // The cache of CommonJS is one for the whole thread.
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  return {
    coreThread: fileURLToPath(new URL("./core-thread.ts", import.meta.url)),
    readerThread: fileURLToPath(new URL("./reading/reader-thread.ts", import.meta.url)),
    expressionWorker: fileURLToPath(new URL("./expression-worker.ts", import.meta.url)),
    nativeModule: loaded.find((file) => file.endsWith(".node")) ?? null,
    migrations: contentOf(defaultMigrationsFolder),
    samples: contentOf(bundledSamplesFolder),
  };
}

function contentOf(folder: string): FolderContent {
  return { folder, files: readdirSync(folder).toSorted() };
}
