import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeDataLock } from "../storage/sqlite/data-lock.ts";
import { createHandshake, jsonLines, type Handshake } from "./child-handshake.ts";
import { endlessWorkflow, quickWorkflow } from "./workflow-fixtures.ts";

describe("a data folder that cannot be used ends with exit code 4, and nothing in it is touched", () => {
  let handshake: Handshake;
  beforeEach(() => {
    handshake = createHandshake();
  });
  afterEach(() => handshake.remove());

  test("missing parent, a file in its place, and one that nobody may write to", async () => {
    const file = join(handshake.folder, "file");
    writeFileSync(file, "");
    const closed = join(handshake.folder, "closed");
    mkdirSync(closed, { mode: 0o500 });
    const quick = quickWorkflow(handshake.folder);
    const [missing, inPlace, unwritable] = await Promise.all([
      handshake.run(["run", quick, "--data", join(handshake.folder, "no", "such")]),
      handshake.run(["run", quick, "--data", file]),
      handshake.run(["run", quick, "--data", isRoot() ? "/proc/handshake" : join(closed, "data")]),
    ]);
    chmodSync(closed, 0o700);
    expect([missing.code, missing.stderr]).toEqual([
      4,
      expect.stringContaining("does not exist. Create it first"),
    ]);
    expect([inPlace.code, inPlace.stderr]).toEqual([4, expect.stringContaining("is a file")]);
    expect([unwritable.code, unwritable.stderr]).toEqual([
      4,
      expect.stringContaining("cannot be created"),
    ]);
  });

  test("a second owner that does not answer is named with kind, pid and since when", async () => {
    mkdirSync(handshake.data, { mode: 0o700 });
    const since = new Date(0).toISOString();
    const lock = takeDataLock(handshake.data, { kind: "the app", pid: 4711, since });
    const ended = await handshake.run(["run", quickWorkflow(handshake.folder), "--json"]);
    lock.release();
    expect([ended.code, jsonLines(ended.stderr)]).toMatchObject([
      4,
      [{ type: "error", code: "IN_USE", details: { kind: "the app", pid: 4711, since } }],
    ]);
  });

  test("[D1] data of a newer version is neither read nor written", async () => {
    await handshake.json(["run", quickWorkflow(handshake.folder)]);
    change((db) => {
      db.prepare(
        "insert into schema_migration (version, name, checksum, app_version, min_writer_version, applied_at) values (99, 'later', 'x', '9.9.9', 99, '')",
      ).run();
    });
    const before = readFileSync(join(handshake.data, "handshake.db"));
    const [run, runs] = [
      await handshake.run(["run", quickWorkflow(handshake.folder)]),
      await handshake.run(["runs"]),
    ];
    for (const { code, stderr } of [run, runs]) {
      expect([code, stderr]).toEqual([4, expect.stringMatching(/9\.9\.9.*schema 99/)]);
    }
    expect(readFileSync(join(handshake.data, "handshake.db")).equals(before)).toBe(true);
  });

  test("[D4] a file of zero bytes where data was, and one that is damaged, are refused and left alone", async () => {
    await handshake.json(["run", quickWorkflow(handshake.folder)]);
    const database = join(handshake.data, "handshake.db");
    const whole = readFileSync(database);

    writeFileSync(
      database,
      Buffer.concat([Buffer.alloc(4_096, "garbage "), whole.subarray(4_096)]),
    );
    const damaged = await handshake.run(["run", quickWorkflow(handshake.folder), "--json"]);
    expect([damaged.code, jsonLines(damaged.stderr).at(-1)]).toMatchObject([
      4,
      { code: "NOT_A_DATABASE" },
    ]);
    const [report] = jsonLines((await handshake.run(["doctor", "--json"])).stdout);
    expect(report).toMatchObject({ storage: null, error: { code: "NOT_A_DATABASE" } });

    truncateSync(database, 0);
    const empty = await handshake.run(["run", quickWorkflow(handshake.folder), "--json"]);
    expect([empty.code, jsonLines(empty.stderr).at(-1)]).toMatchObject([4, { code: "CORRUPT" }]);
    // Who only looks is not told that there never was anything.
    const looked = await handshake.run(["runs", "--json"]);
    expect([looked.code, jsonLines(looked.stderr).at(-1)]).toMatchObject([4, { code: "CORRUPT" }]);
    expect(readdirSync(handshake.data)).toContain("handshake.db");

    writeFileSync(database, whole);
    expect(await handshake.json(["runs"])).toMatchObject([{ status: "completed" }]);
  });

  test("a request above 1 MB cannot be forwarded, and says so", async () => {
    const owner = handshake.start(["run", endlessWorkflow(handshake.folder), "--json"]);
    await owner.printed('"name":"said"');
    const file = join(handshake.folder, "input.json");
    writeFileSync(file, JSON.stringify({ text: "x".repeat(1_100_000) }));
    const ended = await handshake.run([
      "run",
      quickWorkflow(handshake.folder),
      "--input",
      `@${file}`,
      "--json",
    ]);
    expect([ended.code, jsonLines(ended.stderr).at(-1)]).toMatchObject([4, { code: "TOO_LARGE" }]);
    expect(ended.stderr).toContain("handshake run");
    expect(await handshake.json(["runs"])).toHaveLength(1);
  });

  function change(write: (db: Database.Database) => void): void {
    const db = new Database(join(handshake.data, "handshake.db"));
    write(db);
    db.close();
  }
});

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
