import { builtinModules, registerHooks, type ModuleFormat } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as z from "zod";
import { archivedPath, readArchived, unpackedPath, type ArchivedPath } from "./archive-files.ts";

const PackageFile = z.looseObject({
  type: z.string().optional(),
  main: z.string().optional(),
  exports: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
});
type PackageFile = z.infer<typeof PackageFile>;

/** Modules out of archives, as Electron's patched loaders find them; native ones only where unpacked. */
export function loadModulesFromArchives(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const from = context.parentURL ?? "";
      const found = resolveFrom(specifier, from.startsWith("file:") ? fileURLToPath(from) : null);
      if (found === null) return next(specifier, context);
      const url = pathToFileURL(found).href;
      return { url, format: formatOf(found), shortCircuit: true };
    },
    load(url, context, next) {
      const path = url.startsWith("file:") ? archivedPath(new URL(url)) : null;
      if (path === null) return next(url, context);
      const source = readArchived(path);
      return { format: formatOf(fileURLToPath(url)), source, shortCircuit: true };
    },
  });
  const dlopen = process.dlopen.bind(process);
  process.dlopen = (module: object, file: string, ...flags: [number?]) => {
    const path = archivedPath(file);
    // Node's own type for it wants no flags at all, or a number.
    dlopen(module, path === null ? file : unpackedPath(path), ...(flags as [number]));
  };
}

/** The file that is meant, when it is in an archive or is asked for by a module in one. */
function resolveFrom(specifier: string, parent: string | null): string | null {
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return null;
  if (specifier.startsWith("file:")) {
    return archivedPath(new URL(specifier)) === null ? null : fileURLToPath(specifier);
  }
  if (specifier.startsWith("/")) return archivedPath(specifier) === null ? null : specifier;
  if (parent === null || archivedPath(parent) === null) return null;
  if (specifier.startsWith(".")) return requireFile(join(dirname(parent), specifier));
  return findPackage(specifier, parent);
}

/** As `require` completes a path. */
function requireFile(path: string): string {
  for (const candidate of [path, `${path}.js`, `${path}.json`, join(path, "index.js")]) {
    if (isFile(candidate)) return candidate;
  }
  throw Object.assign(new Error(`Cannot find module '${path}'`), { code: "MODULE_NOT_FOUND" });
}

/** Inside the archive only: what lies around the app on this machine is not there on another. */
function findPackage(name: string, parent: string): string | null {
  // What the stand-in itself means by it.
  if (name === "electron") return null;
  const root = archivedPath(parent)?.archive.file ?? "";
  for (let folder = dirname(parent); folder.startsWith(root); folder = dirname(folder)) {
    const file = join(folder, "node_modules", name, "package.json");
    if (isFile(file)) return requireFile(join(dirname(file), entryOf(readPackage(file))));
  }
  throw Object.assign(new Error(`Cannot find package '${name}' imported from ${parent}`), {
    code: "ERR_MODULE_NOT_FOUND",
  });
}

function entryOf({ exports, main = "index.js" }: PackageFile): string {
  const entry = typeof exports === "object" ? exports["."] : exports;
  return typeof entry === "string" ? entry : main;
}

function formatOf(file: string): ModuleFormat {
  switch (extname(file)) {
    case ".mjs":
      return "module";
    case ".cjs":
      return "commonjs";
    case ".json":
      return "json";
    case ".node":
      return "addon";
    default:
      return typeAround(file) === "module" ? "module" : "commonjs";
  }
}

/** The `type` of the nearest package.json. */
function typeAround(file: string): string | undefined {
  const root = archivedPath(file)?.archive.file ?? file;
  for (let folder = dirname(file); folder.startsWith(root); folder = dirname(folder)) {
    const packageFile = join(folder, "package.json");
    if (isFile(packageFile)) return readPackage(packageFile).type;
  }
  return undefined;
}

function isFile(file: string): boolean {
  const path = archivedPath(file);
  return path !== null && path.archive.files.has(path.inside);
}

function readPackage(file: string): PackageFile {
  return PackageFile.parse(JSON.parse(readArchived(requireArchived(file)).toString("utf8")));
}

function requireArchived(file: string): ArchivedPath {
  const path = archivedPath(file);
  if (path === null) throw new Error(`${file} is in no archive.`);
  return path;
}
