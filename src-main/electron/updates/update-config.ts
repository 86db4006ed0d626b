import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the build says of where its newer versions come from. */
export interface UpdateConfig {
  /** As electron-updater reads it. */
  readonly file: string;
  /** For the person. */
  readonly host: string;
  /** Whose signature a Windows installer must bear; empty when the build is not signed. */
  readonly publishers: readonly string[];
}

/** electron-builder puts the file beside the archive when a release names a feed. Null without one. */
export function readUpdateConfig(file: string): UpdateConfig | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // The usual case: a build that no feed was named for.
    return null;
  }
  const url = /^url: *['"]?([^'"\s]+)['"]? *$/m.exec(text)?.[1];
  if (url === undefined || !URL.canParse(url)) return null;
  const { protocol, host, hostname } = new URL(url);
  // Whoever can change what comes from there must not be anyone on the way.
  const isSafe = protocol === "https:" || (protocol === "http:" && loopback.has(hostname));
  return isSafe ? { file, host, publishers: publishersIn(text) } : null;
}

export const packagedUpdateConfig = (resourcesPath: string): string =>
  join(resourcesPath, "app-update.yml");

/** For trying updates out on this machine. */
const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "localhost"]);

function publishersIn(text: string): string[] {
  const list = /^publisherName: *\n((?: *- .+\n?)+)/m.exec(text)?.[1];
  const single = /^publisherName: *(\S.*)$/m.exec(text)?.[1];
  const lines = list === undefined ? [single ?? ""] : list.split("\n");
  return lines.map((line) => line.replace(/^ *- */, "").trim()).filter((line) => line !== "");
}
