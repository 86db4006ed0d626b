import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { userInfo } from "node:os";

/**
 * macOS allows 103 bytes for a socket's path, Linux 107. One that is too long would be cut short, not
 * refused, by some systems.
 */
const longestPathBytes = 103;

/** Where the owner of a data folder listens: a socket in the folder, on Windows a named pipe. */
export function controlAddress(
  dataFolder: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const folder = resolve(dataFolder);
  if (platform === "win32") return `\\\\.\\pipe\\handshake-${shortHash(folder.toLowerCase())}`;
  const path = join(folder, "control.sock");
  if (Buffer.byteLength(path) <= longestPathBytes) return path;
  return join(shortFolder(), `${shortHash(folder)}.sock`);
}

/** The same for every process of this user, whatever its TMPDIR says. */
function shortFolder(): string {
  const { uid } = userInfo();
  const folder = `/tmp/handshake-${uid}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid: owner, isFolder } = describe(folder);
  // Everybody may write to /tmp: somebody else's folder could answer in our name.
  if (!isFolder || owner !== uid || (mode & 0o077) !== 0) {
    throw new Error(
      `${folder} must be a folder of yours that nobody else may read (mode 0700); remove it and try again.`,
    );
  }
  return folder;
}

function describe(path: string) {
  const status = lstatSync(path);
  return { mode: status.mode, uid: status.uid, isFolder: status.isDirectory() };
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}
