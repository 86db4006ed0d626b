import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A profile folder for one Chromium. It goes when this process does, however that ends. */
export interface Profile {
  readonly folder: string;
  /** Once known: this process group is ended first. */
  watch(chromiumPid: number): void;
}

// Reads its input until the stand-in is gone, a SIGKILL included, then ends Chromium and removes its files.
const janitor = `
read -r chromium || chromium=
cat > /dev/null
tries=0
while [ -n "$chromium" ] && kill -0 "$chromium" 2> /dev/null && [ "$tries" -lt 20 ]; do
  tries=$((tries + 1)); sleep 0.1
done
[ -n "$chromium" ] && kill -9 "$chromium" 2> /dev/null
for again in 1 2 3 4 5; do rm -rf "$1" 2> /dev/null && [ ! -e "$1" ] && exit; sleep 0.2; done
`;

export function createProfile(): Profile {
  const folder = mkdtempSync(join(tmpdir(), `electron-host-${process.pid}-`));
  const child = spawn("/bin/sh", ["-c", janitor, "janitor", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // Whoever ends the stand-in's process group does not end it.
    detached: true,
  });
  child.stdin.on("error", () => undefined);
  child.unref();
  return {
    folder,
    watch(chromiumPid) {
      child.stdin.write(`${chromiumPid}\n`);
    },
  };
}
