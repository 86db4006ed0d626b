import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** CHROMIUM_PATH, else the first one on PATH; null when there is none. */
export function chromiumPath(env: NodeJS.ProcessEnv): string | null {
  const named = env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") return isProgram(named) ? named : null;
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder !== "" && isProgram(path)) return path;
    }
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
