import { spawn } from "node:child_process";

/** Shows an address in the person's browser; where that fails, nothing is said. */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): void {
  const [command, ...args] = openerOf(platform);
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  // The address stands on the screen all the same.
  child.on("error", () => undefined);
  child.unref();
}

function openerOf(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === "darwin") return ["open"];
  // `start` would read & and ^ in an address as its own.
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return ["xdg-open"];
}
