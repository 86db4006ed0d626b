import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";

/** What the stand-in was started with. */
export interface Host {
  /** The file that `electron` would be. */
  readonly executable: string;
  readonly arguments: readonly string[];
  /** Chromium's switches: those of the command line, and those that the app appends. */
  readonly switches: Map<string, string>;
  /** Loaded before the app, as with `node -r`. */
  readonly preloads: readonly string[];
  /** The app stands beside the executable, in resources/app.asar. */
  readonly isPackaged: boolean;
  readonly resourcesPath: string;
  readonly appPath: string;
  /** The main process's first file. */
  readonly entry: string;
  readonly package: AppPackage;
}

const AppPackage = z.looseObject({
  name: z.string().optional(),
  productName: z.string().optional(),
  version: z.string().optional(),
  main: z.string().optional(),
});
type AppPackage = z.infer<typeof AppPackage>;

export const host: Host = readHost(process.argv.slice(2));

/**
 * `electron [-r FILE] [--switch[=value]] APP [arguments]`; APP is a folder with a package.json, or a file.
 * A packaged app's executable takes no APP.
 */
function readHost(args: readonly string[]): Host {
  const switches = new Map<string, string>();
  const preloads: string[] = [];
  const executable = process.env["ELECTRON_HOST_EXECUTABLE"] ?? process.execPath;
  const resourcesPath = join(dirname(executable), "resources");
  const archive = join(resourcesPath, "app.asar");
  const isPackaged = existsSync(archive);
  let app: string | null = isPackaged ? archive : null;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    if (argument === "-r" || argument === "--require") preloads.push(args[++at] ?? "");
    else if (argument.startsWith("--")) {
      const [name = "", ...value] = argument.slice(2).split("=");
      switches.set(name, value.join("="));
    } else app ??= argument;
  }
  if (app === null) throw new Error("usage: electron [switches] APP [arguments]");
  return {
    executable,
    arguments: args,
    switches,
    preloads,
    isPackaged,
    resourcesPath,
    ...readApp(resolve(app)),
  };
}

function readApp(path: string): Pick<Host, "appPath" | "entry" | "package"> {
  if (statSync(path).isFile()) return { appPath: dirname(path), entry: path, package: {} };
  const file = join(path, "package.json");
  if (!existsSync(file)) throw new Error(`There is no package.json in ${path}.`);
  const appPackage = AppPackage.parse(JSON.parse(readFileSync(file, "utf8")));
  return {
    appPath: path,
    entry: resolve(path, appPackage.main ?? "index.js"),
    package: appPackage,
  };
}
