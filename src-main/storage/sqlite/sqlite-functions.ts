import type Database from "better-sqlite3";
import { eventChecksum } from "../event-checksum.ts";

/** The SQL functions that set-based statements need; every connection has them. */
export function registerSqlFunctions(db: Database.Database): void {
  db.function("event_checksum", { deterministic: true }, eventChecksum);
}
