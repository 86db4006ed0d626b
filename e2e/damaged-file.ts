import { closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import Database from "better-sqlite3";
import { startRun, type Host } from "./host/host.ts";
import { readHistory } from "./read-database.ts";
import { runRow } from "./story/screens.ts";
import { longThought } from "./story/workflows.ts";

/** Overwrites a page that the engine needs while a long thought works; `backup` is the file from just before. */
export async function damageWhileRunning(
  host: Host,
  page: Page,
): Promise<{ readonly file: string; readonly backup: string }> {
  await startRun(host, longThought);
  await expect(runRow(page, "A long thought")).toContainText("Running");
  await expect.poll(() => readHistory(host.folder.data).nodes.length).toBe(2);
  const file = join(host.folder.data, "handshake.db");
  const backup = join(host.folder.path, "backup.db");
  await backUp(file, backup);
  const runs = rootPageOf(file, "workflow_run");
  overwriteForGood(file, runs);
  return { file, backup };
}

/** Whatever was written meanwhile (the engine's beat) is in the log, which would put the page back: again, then. */
function overwriteForGood(file: string, page: number): void {
  for (let tries = 0; tries < 100; tries++) {
    foldedTogether(file);
    overwritePage(file, page);
    if (statSync(`${file}-wal`).size === 0) return;
  }
  throw new Error("The database was written to all the time.");
}

/** The whole database in its one file, as its bytes. */
export function foldedTogether(file: string): Buffer {
  const db = new Database(file);
  db.pragma("wal_checkpoint(truncate)");
  db.close();
  return readFileSync(file);
}

export async function backUp(file: string, to: string): Promise<void> {
  const db = new Database(file, { readonly: true });
  await db.backup(to);
  db.close();
}

export function rootPageOf(file: string, table: string): number {
  const db = new Database(file, { readonly: true });
  try {
    return Number(
      db.prepare("select rootpage from sqlite_schema where name = ?").pluck().get(table),
    );
  } finally {
    db.close();
  }
}

export function overwritePage(file: string, page: number): void {
  const pageBytes = readFileSync(file).readUInt16BE(16);
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (page - 1) * pageBytes);
  closeSync(handle);
}
