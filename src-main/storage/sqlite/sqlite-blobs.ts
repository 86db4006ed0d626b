import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type Database from "better-sqlite3";
import { syncFolder } from "../../durable-files.ts";
import type { Payload } from "../../../app/model/json.ts";
import type { CrashPoint } from "./sqlite-commit.ts";
import { storageErrorOf } from "./sqlite-errors.ts";

/** Large payloads as files named by their SHA-256. */
export interface BlobFolder {
  /** Durable, file and folder, when it returns: the row that names it comes after. */
  put(payload: Payload): void;
  /** The file's text, or null when it is missing. */
  read(sha256: string): string | null;
  /** Removes files that no row has named for a week; returns how many. Never part of recovery. */
  collect(db: Database.Database, now: number): number;
}

const keptMs = 7 * 86_400_000;

export function openBlobFolder(folder: string, crashPoint: CrashPoint): BlobFolder {
  let isFolderDurable = false;

  function put({ sha256, text }: Payload): void {
    const file = join(folder, sha256);
    const bytes = Buffer.from(text, "utf8");
    const written = `${file}.${process.pid}.tmp`;
    try {
      if (!isFolderDurable) makeDurableFolder(folder);
      isFolderDurable = true;
      // The same text may lie there for long, unnamed: its week begins again before a row names it.
      if (existsSync(file) && statSync(file).size === bytes.length) {
        const now = new Date();
        utimesSync(file, now, now);
        // Whoever gave it its name may have been killed, or failed, before the name was durable.
        syncFolder(folder);
        return;
      }
      writeDurably(written, bytes);
      crashPoint?.("blob: written");
      renameSync(written, file);
      syncFolder(folder);
      crashPoint?.("blob: named");
    } catch (error) {
      rmSync(written, { force: true });
      throw storageErrorOf(error, `Could not save a result of ${bytes.length} bytes`);
    }
  }

  function collect(db: Database.Database, now: number): number {
    if (!existsSync(folder)) return 0;
    const named = new Set(db.prepare<[], string>(namedBlobs).pluck().iterate());
    let removed = 0;
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (now - statSync(file).mtimeMs < keptMs || named.has(name)) continue;
      rmSync(file);
      removed += 1;
    }
    return removed;
  }

  return {
    put,
    collect,
    read: (sha256) =>
      existsSync(join(folder, sha256)) ? readFileSync(join(folder, sha256), "utf8") : null,
  };
}

/** The SHA-256 of every payload whose text is not in its row. */
export const namedBlobs = `
  select sha256 from run_payload where text is null
  union select output_sha256 from sub_step where output_text is null and output_sha256 is not null
  union select input_sha256 from node_execution where input_text is null and input_sha256 is not null
  union select output_sha256 from node_execution where output_text is null and output_sha256 is not null
  union select answer_sha256 from node_execution where answer_text is null and answer_sha256 is not null`;

function writeDurably(file: string, bytes: Uint8Array): void {
  const handle = openSync(file, "w", 0o600);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Also where it is there already: an earlier process may have been killed before its name was durable. */
export function makeDurableFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  syncFolder(dirname(folder));
}
