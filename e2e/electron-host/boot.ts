import { createRequire, enableCompileCache, registerHooks } from "node:module";
import { open as openInspector } from "node:inspector";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { host } from "./host.ts";

// The stand-in's first file: makes `electron` mean electron.ts, then starts the app as Electron would.

enableCompileCache(resolve(import.meta.dirname, "../../node_modules/.cache/electron-host"));
const standIn = new URL("./electron.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "electron" || specifier === "electron/main"
      ? { url: standIn, shortCircuit: true }
      : next(specifier, context),
});

process.argv = [host.executable, ...host.arguments];
// As in Electron 45: programs ask for it to know where they are.
Object.defineProperty(process, "versions", { value: { ...process.versions, electron: "45.4.1" } });
Object.assign(process, { type: "browser", resourcesPath: host.resourcesPath });
if (!host.isPackaged) Object.assign(process, { defaultApp: true });

process.on("uncaughtException", (error) => {
  // Electron shows its own box and goes on; a test wants to see it.
  if (process.listenerCount("uncaughtException") > 1) return;
  console.error("A JavaScript error occurred in the main process\nUncaught Exception:", error);
  process.exit(1);
});

const inspectorPort = host.switches.get("inspect");
if (inspectorPort !== undefined) openInspector(Number(inspectorPort), "127.0.0.1");

const require = createRequire(join(process.cwd(), "app.js"));
for (const preload of host.preloads) require(resolve(preload));

const { app } = await import("./electron.ts");
// An ES module is evaluated to its end before `ready`.
await import(pathToFileURL(host.entry).href);
await app.startUp();
