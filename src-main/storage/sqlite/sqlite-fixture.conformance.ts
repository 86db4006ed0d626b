import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished } from "vitest";
import type { StorageUnderTest } from "../../../app/storage/storage-fixture.conformance.ts";
import {
  openSqliteStorage,
  type SqliteStorage,
  type SqliteStorageOptions,
} from "./sqlite-storage.ts";

export interface SqliteUnderTest extends StorageUnderTest {
  readonly storage: SqliteStorage;
  readonly folder: string;
}

/** A folder that goes away after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "handshake-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** SQLite on a real disk, in a folder of its own. */
export async function openTestStorage(
  options: Partial<SqliteStorageOptions> = {},
): Promise<SqliteUnderTest> {
  const folder = options.folder ?? testFolder();
  const open = (): Promise<SqliteStorage> =>
    openSqliteStorage({ appVersion: "0.1.0", ...options, folder });
  let current = await open();
  return {
    storage: current,
    folder,
    async reopen() {
      await current.close();
      current = await open();
      return current;
    },
    close: () => current.close(),
  };
}

/** A connection of another program to the same file. */
export function openRaw(folder: string): Database.Database {
  const db = new Database(join(folder, "handshake.db"));
  db.pragma("foreign_keys = on");
  onTestFinished(() => {
    db.close();
  });
  return db;
}

// Vitest types its matchers as `any`; here they are what they are to the code around them.
export const containing = (text: string): unknown => expect.stringContaining(text);
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
export const including = (items: readonly unknown[]): unknown => expect.arrayContaining([...items]);
