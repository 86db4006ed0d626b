import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface NewData {
  /** The programs of PostgreSQL. */
  readonly binaries: string;
  /** The version that they are of, for what is kept. */
  readonly version: string;
  /** Whom the server runs as, and shall own the data; null: ourselves. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  /** Its data is made in here. */
  readonly folder: string;
}

const initdbOptions = [
  "--username=handshake",
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale=C",
  "--set",
  "scram_iterations=1",
];

const cache = fileURLToPath(new URL("../../../node_modules/.cache/postgres", import.meta.url));

/**
 * Makes the data folder of a server on which nobody worked; its path. What `initdb` made the first time is
 * kept and copied, because making it takes most of a server's start.
 */
export function makePostgresData(made: NewData): string {
  const data = join(made.folder, "data");
  const madeBy = JSON.stringify([made.version, initdbOptions]);
  const kept = join(cache, createHash("sha256").update(madeBy).digest("hex").slice(0, 16));
  // PostgreSQL wants it to be nobody else's; a copy's own mode would be anybody's.
  mkdirSync(data, { mode: 0o700 });
  if (existsSync(kept)) cpSync(kept, data, { recursive: true });
  else {
    initialize(made, data);
    keep(data, kept);
  }
  if (made.user !== null) giveTo(made.user, data);
  return data;
}

function initialize({ binaries, user, folder }: NewData, data: string): void {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, "handshake\n");
  if (user !== null) for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid);
  execFileSync(
    join(binaries, "initdb"),
    ["--pgdata", data, "--pwfile", passwordFile, ...initdbOptions],
    { ...user, stdio: "pipe", cwd: folder, env: { ...process.env, LC_MESSAGES: "C" } },
  );
}

/** Under its name it is whole. Where several make the first one at once, each uses its own and one is kept. */
function keep(data: string, kept: string): void {
  mkdirSync(dirname(kept), { recursive: true });
  const copy = mkdtempSync(`${kept}-`);
  cpSync(data, copy, { recursive: true });
  try {
    renameSync(copy, kept);
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    if (!existsSync(kept)) throw error;
  }
}

function giveTo(user: { readonly uid: number; readonly gid: number }, data: string): void {
  chownSync(data, user.uid, user.gid);
  for (const name of readdirSync(data, { recursive: true, encoding: "utf8" }))
    chownSync(join(data, name), user.uid, user.gid);
}

/** Of the package that the programs lie in. */
export function versionOfPackage(native: string): string {
  const text = readFileSync(join(native, "..", "package.json"), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string }; // every package has one
  return version;
}
