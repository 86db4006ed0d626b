import { rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, relative, resolve } from "node:path";
import { defineConfig, type EnvironmentOptions, type Plugin } from "vite";

/**
 * The desktop app's side of Node, as it is packaged: `vite build --app --config electron.vite.config.ts`.
 * Each thread is a bundle of its own, so that the main thread never loads the native module. The screens
 * are built by renderer.vite.config.ts.
 */
const root = import.meta.dirname;
/** Specs that need no real screens have small ones of their own, in a bundle beside the product's. */
const isForSpecs = process.env["HANDSHAKE_BUILD"] === "specs";
const outDir = resolve(root, isForSpecs ? "dist/main-for-specs" : "dist/main");

const threads = {
  main: "src-main/main.ts",
  "core-thread": "src-main/core/core-thread.ts",
  "reader-thread": "src-main/core/reading/reader-thread.ts",
  "expression-worker": "src-main/core/expression-worker.ts",
  "lease-thread": "src-main/storage/postgres/postgres-lease-thread.ts",
};
/** What the build makes in `outDir`: the specs of the packages compare with it. */
export const bundleFiles = [...Object.keys(threads).map((name) => `${name}.js`), "preload.cjs"];
const preloadEntry = "src-main/electron/preload.ts";
/** Everything else is bundled: a packaged app carries no other node_modules. */
const external = [
  "electron",
  "better-sqlite3",
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
];

export default defineConfig({
  root,
  builder: {
    async buildApp(builder) {
      // A bundle that an earlier build left behind would be packed.
      rmSync(outDir, { recursive: true, force: true });
      for (const environment of Object.values(builder.environments)) {
        // Vite's own default; there is no client here.
        if (environment.name !== "client") await builder.build(environment);
      }
    },
  },
  environments: {
    ...Object.fromEntries(
      // Vite's names for environments have no dashes.
      Object.entries(threads).map(([name, entry]) => [
        name.replace("-", "_"),
        bundle({ name, entry, format: "es" }),
      ]),
    ),
    // A sandboxed preload must be one CommonJS file.
    preload: bundle({ name: "preload", entry: preloadEntry, format: "cjs" }),
  },
  plugins: [moveFileUrls()],
});

interface Bundle {
  readonly name: string;
  readonly entry: string;
  readonly format: "es" | "cjs";
}

function bundle({ name, entry, format }: Bundle): EnvironmentOptions {
  return {
    consumer: "server",
    resolve: { noExternal: true, external, builtins: external },
    build: {
      outDir,
      emptyOutDir: false,
      target: "node24",
      minify: false,
      copyPublicDir: false,
      rolldownOptions: {
        input: resolve(root, entry),
        external,
        output: {
          format,
          entryFileNames: `${name}.${format === "cjs" ? "cjs" : "js"}`,
          codeSplitting: false,
        },
      },
    },
  };
}

/**
 * `new URL("…", import.meta.url)` names a file beside the source. In a bundle it is another thread's
 * bundle, or the same file (migrations, package.json) seen from dist/main.
 */
function moveFileUrls(): Plugin {
  const moved = new Map([
    ...Object.entries(threads).map(
      ([name, entry]) => [resolve(root, entry), `./${name}.js`] as const,
    ),
    [resolve(root, preloadEntry), "./preload.cjs"],
  ]);
  if (isForSpecs) moved.set(resolve(root, "dist/renderer"), "../../e2e/fixtures/screens");
  return {
    name: "move-file-urls",
    transform(code, id) {
      if (!id.startsWith(resolve(root, "src-main")) || !code.includes("import.meta.url"))
        return null;
      return code.replace(fileUrl, (_match, path: string) => {
        const file = resolve(dirname(id), path);
        const to = moved.get(file) ?? relative(outDir, file) + (path.endsWith("/") ? "/" : "");
        if (to.endsWith(".ts")) this.error(`${basename(id)} starts ${path}, which is no bundle`);
        return `new URL(${JSON.stringify(to)}, import.meta.url)`;
      });
    },
    generateBundle(_options, files) {
      for (const file of Object.values(files)) {
        if (file.type === "chunk") requireOnlyKnownImports(file.fileName, file.imports);
      }
    },
  };
}

const fileUrl = /new URL\(\s*"([^"]+)",\s*import\.meta\.url,?\s*\)/g;

function requireOnlyKnownImports(name: string, imports: readonly string[]): void {
  for (const imported of imports) {
    if (!external.includes(imported)) throw new Error(`${name} still imports ${imported}`);
    if (name === "main.js" && imported === "better-sqlite3") {
      throw new Error("The main thread would load the native module.");
    }
    if (name === "preload.cjs" && imported !== "electron") {
      throw new Error(`A sandboxed preload cannot require ${imported}.`);
    }
  }
}
