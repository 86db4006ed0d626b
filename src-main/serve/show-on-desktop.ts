import { spawn } from "node:child_process";

/** Whether somebody could see what `showOnDesktop` opens. */
export function hasDesktop(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (platform === "darwin" || platform === "win32") return true;
  return (env["DISPLAY"] ?? "") !== "" || (env["WAYLAND_DISPLAY"] ?? "") !== "";
}

/** Shows an address in the person's browser, or a folder in their file manager; where that fails, nothing is said. */
export function showOnDesktop(
  addressOrFolder: string,
  platform: NodeJS.Platform = process.platform,
): void {
  const [command, ...args] = openerOf(addressOrFolder, platform);
  const child = spawn(command, [...args, addressOrFolder], { stdio: "ignore", detached: true });
  // The address, or the path, stands on the screen all the same.
  child.on("error", () => undefined);
  child.unref();
}

function openerOf(shown: string, platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === "darwin") return ["open"];
  if (platform !== "win32") return ["xdg-open"];
  // `start` would read & and ^ in an address as its own; rundll32 takes no path with spaces.
  return URL.canParse(shown) && shown.startsWith("http:")
    ? ["rundll32", "url.dll,FileProtocolHandler"]
    : ["explorer.exe"];
}
