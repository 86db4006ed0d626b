import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFiles } from "../../electron.vite.config.ts";
import type { PackedPlatform } from "./packed.ts";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));
const architectures = { linux: process.arch, win32: "x64", darwin: "arm64" } as const;

/** From what is in the source tree and the build, so that a new migration or sample must be packed. */
export function expectedFiles(platform: PackedPlatform): string[] {
  const module = "node_modules/better-sqlite3/";
  return [
    "LICENSE",
    ...bundleFiles.map((name) => `dist/main/${name}`),
    ...filesUnder(join(projectRoot, "dist/renderer"), "dist/renderer/"),
    ...filesUnder(join(projectRoot, "migrations"), "migrations/"),
    ...filesUnder(join(projectRoot, "samples"), "samples/"),
    `${module}LICENSE`,
    ...filesUnder(join(projectRoot, module, "lib"), `${module}lib/`),
    `${module}package.json`,
    nativeFile(platform),
    "package.json",
  ].toSorted();
}

export function nativeFile(platform: PackedPlatform): string {
  const name = `${platform}-${architectures[platform]}.node`;
  return `node_modules/better-sqlite3/prebuilds/${name}`;
}

/** Sorted, with `prefix` before each. */
export function filesUnder(folder: string, prefix = ""): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(
      (entry) =>
        prefix + join(entry.parentPath, entry.name).slice(folder.length).replace(/^\//, ""),
    )
    .toSorted();
}
