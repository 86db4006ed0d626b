import type Database from "better-sqlite3";

/**
 * Runs `work` in a transaction that holds the write lock from its beginning: one that starts by reading
 * and writes later fails at once when another connection wrote in between, whatever the busy timeout.
 */
export function immediately<Arguments extends unknown[], Result>(
  db: Database.Database,
  work: (...values: Arguments) => Result,
): (...values: Arguments) => Result {
  const transaction = db.transaction(work);
  return (...values) => transaction.immediate(...values);
}
