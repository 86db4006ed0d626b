import { rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { resolve } from "node:path";
import type { EnvironmentOptions, Plugin, UserConfig } from "vite";
import { moveFileUrls } from "./move-file-urls.ts";

export interface ThreadBundles {
  readonly root: string;
  /** Emptied first: a bundle that an earlier build left behind would be used, or packed. */
  readonly outDir: string;
  /** By the name of the bundle, its first file: each thread is a bundle of its own. */
  readonly threads: Readonly<Record<string, string>>;
  /** The first file of a sandboxed preload, which must be one CommonJS file. */
  readonly preload?: string;
  /** Other folders that a bundle shall find elsewhere than the sources do: where they are, where it finds them. */
  readonly moved?: Readonly<Record<string, string>>;
  /** Looks at a finished bundle, and throws. */
  readonly check?: (bundle: { readonly name: string; readonly imports: readonly string[] }) => void;
}

/** What is not bundled. A packaged app carries no other node_modules. */
const external = [
  "electron",
  "better-sqlite3",
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
];

/** A configuration of `vite build --app` for code that runs on Node. */
export function threadBundles(options: ThreadBundles): UserConfig {
  const { root, outDir, threads, preload, moved = {}, check } = options;
  const bundles = Object.entries(threads).map(
    ([name, entry]) => ({ name, entry, format: "es", file: `${name}.js` }) as const,
  );
  const all: readonly Bundle[] =
    preload === undefined
      ? bundles
      : [...bundles, { name: "preload", entry: preload, format: "cjs", file: "preload.cjs" }];
  const files = new Map([
    ...all.map(({ entry, file }) => [resolve(root, entry), `./${file}`] as const),
    ...Object.entries(moved).map(([from, to]) => [resolve(root, from), to] as const),
  ]);
  return {
    root,
    builder: {
      async buildApp(builder) {
        rmSync(outDir, { recursive: true, force: true });
        for (const environment of Object.values(builder.environments)) {
          // Vite's own default; there is no client here.
          if (environment.name !== "client") await builder.build(environment);
        }
      },
    },
    environments: Object.fromEntries(
      // Vite's names for environments have no dashes.
      all.map((bundle) => [
        bundle.name.replaceAll("-", "_"),
        environmentOf(bundle, { root, outDir }),
      ]),
    ),
    plugins: [moveFileUrls({ root, outDir, moved: files }), checkImports(check)],
  };
}

interface Bundle {
  readonly name: string;
  readonly entry: string;
  readonly format: "es" | "cjs";
  readonly file: string;
}

/** The licence texts of what a bundle holds, beside it. */
export function licensesOf(bundleFile: string): string {
  return bundleFile.replace(/\.[a-z]+$/, "-licenses.md");
}

function environmentOf(
  { entry, format, file }: Bundle,
  { root, outDir }: { readonly root: string; readonly outDir: string },
): EnvironmentOptions {
  return {
    consumer: "server",
    resolve: { noExternal: true, external, builtins: external },
    build: {
      outDir,
      emptyOutDir: false,
      target: "node24",
      minify: false,
      // What the licences of bundled packages ask for.
      license: { fileName: licensesOf(file) },
      copyPublicDir: false,
      rolldownOptions: {
        input: resolve(root, entry),
        external,
        output: { format, entryFileNames: file, codeSplitting: false },
      },
    },
  };
}

function checkImports(check: ThreadBundles["check"]): Plugin {
  return {
    name: "check-imports",
    generateBundle(_options, files) {
      for (const file of Object.values(files)) {
        if (file.type !== "chunk") continue;
        const { fileName: name, imports } = file;
        const unknown = imports.find((imported) => !external.includes(imported));
        if (unknown !== undefined) throw new Error(`${name} still imports ${unknown}`);
        check?.({ name, imports });
      }
    },
  };
}
