import { resolve } from "node:path";
import { defineConfig } from "vite";
import { licensesOf, threadBundles } from "./scripts/bundle/thread-bundles.ts";

/**
 * The desktop app's side of Node, as it is packaged: `vite build --app --config electron.vite.config.ts`.
 * Each thread is a bundle of its own, so that the main thread never loads the native module. The screens
 * are built by renderer.vite.config.ts.
 */
const root = import.meta.dirname;
/** Specs that need no real screens have small ones of their own, in a bundle beside the product's. */
const isForSpecs = process.env["HANDSHAKE_BUILD"] === "specs";

const threads = {
  main: "src-main/main.ts",
  "core-thread": "src-main/core/core-thread.ts",
  "reader-thread": "src-main/core/reading/reader-thread.ts",
  "expression-worker": "src-main/core/expression-worker.ts",
  "lease-thread": "src-main/storage/postgres/postgres-lease-thread.ts",
};
/** What the build makes: the specs of the packages compare with it. */
const bundles = [...Object.keys(threads).map((name) => `${name}.js`), "preload.cjs"];
export const bundleFiles = [...bundles, ...bundles.map(licensesOf)];

export default defineConfig(
  threadBundles({
    root,
    outDir: resolve(root, isForSpecs ? "dist/main-for-specs" : "dist/main"),
    threads,
    preload: "src-main/electron/preload.ts",
    moved: isForSpecs ? { "dist/renderer": "../../e2e/fixtures/screens" } : {},
    check({ name, imports }) {
      if (name === "main.js" && imports.includes("better-sqlite3")) {
        throw new Error("The main thread would load the native module.");
      }
      if (name === "preload.cjs" && imports.some((imported) => imported !== "electron")) {
        throw new Error("A sandboxed preload can require nothing but electron.");
      }
    },
  }),
);
