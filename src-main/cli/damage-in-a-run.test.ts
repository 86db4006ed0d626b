import { closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { onPostgres } from "../storage/postgres/postgres-fixture.conformance.ts";
import { createHandshake, jsonLines, type Handshake } from "./child-handshake.ts";
import { endlessWorkflow } from "./workflow-fixtures.ts";

let handshake: Handshake;
beforeEach(() => {
  handshake = createHandshake();
});
afterEach(() => handshake.remove());

const damaged = {
  type: "error",
  code: "CORRUPT",
  message: expect.stringMatching(/restore the newest backup/i) as unknown,
};

test("[D4] a page of the data file is overwritten while runs work: the owner and who follows a run through it say so and end with exit code 4", async () => {
  const endless = endlessWorkflow(handshake.folder);
  const owner = handshake.start(["run", endless, "--json"]);
  await owner.printed("working");
  const follower = handshake.start(["run", endless, "--json"]);
  await follower.printed("working");
  overwriteRuns(join(handshake.data, "handshake.db"));

  for (const { ended } of [owner, follower]) {
    const { code, stderr } = await ended;
    expect(code).toBe(4);
    expect(jsonLines(stderr)).toContainEqual(expect.objectContaining(damaged));
  }
});

await onPostgres((server) => {
  test("[D4] the tables of a shared database vanish while a worker waits: it says so and ends with exit code 4", async () => {
    const database = server.freshUrl();
    const worker = handshake.start(["worker", "--json", "--database", database]);
    await worker.printed('"type":"worker"');
    const schema = new URL(database).searchParams.get("schema") ?? "";
    await server.raw(database, `drop schema ${schema} cascade`);

    const { code, stderr } = await worker.ended;
    expect(code).toBe(4);
    expect(jsonLines(stderr)).toContainEqual(expect.objectContaining(damaged));
  });
});

/** The page that every beat and every commit of a run begins with. */
function overwriteRuns(file: string): void {
  const pageBytes = readFileSync(file).readUInt16BE(16);
  // What is written between the two is in the log, and would be read instead: again, then.
  for (let tries = 0; tries === 0 || statSync(`${file}-wal`).size > 0; tries += 1) {
    if (tries === 100) throw new Error("The database was written to all the time.");
    const db = new Database(file);
    const find = db.prepare("select rootpage from sqlite_schema where name = 'workflow_run'");
    const page = Number(find.pluck().get());
    // The whole database in its one file.
    db.pragma("wal_checkpoint(truncate)");
    db.close();
    const handle = openSync(file, "r+");
    writeSync(handle, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (page - 1) * pageBytes);
    closeSync(handle);
  }
}
