import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { host } from "./host.ts";

const chosen = new Map<string, string>();

/** Electron's `app.getPath`, as it is on Linux. */
export function getPath(name: string, appName: string): string {
  const known = chosen.get(name);
  if (known !== undefined) return known;
  const home = homedir();
  const config = process.env["XDG_CONFIG_HOME"] ?? join(home, ".config");
  const userData = (): string => getPath("userData", appName);
  switch (name) {
    case "home":
      return home;
    case "appData":
      return config;
    case "userData":
      return host.switches.get("user-data-dir") ?? join(config, appName);
    case "sessionData":
      return userData();
    case "temp":
      return tmpdir();
    case "exe":
      return host.executable;
    case "logs":
      return join(userData(), "logs");
    case "crashDumps":
      return join(userData(), "Crashpad");
    default:
      throw new Error(`Failed to get '${name}' path`);
  }
}

export function setPath(name: string, path: string): void {
  if (!isAbsolute(path)) throw new Error("Path must be absolute");
  chosen.set(name, path);
}
