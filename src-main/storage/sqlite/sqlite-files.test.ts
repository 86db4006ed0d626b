import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { Group } from "../../../app/storage/change.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { codeOf, World } from "../../../app/storage/storage-fixture.conformance.ts";
import { payload } from "../../../app/storage/test-changes.conformance.ts";
import { openBlobFolder } from "./sqlite-blobs.ts";
import { openConnection } from "./sqlite-connection.ts";
import { dataPaths, openWriter } from "./sqlite-database.ts";
import {
  containing,
  matching,
  openRaw,
  openTestStorage,
  testFolder,
} from "./sqlite-fixture.conformance.ts";

test("[D3] journal, synchronous, busy timeout and foreign keys are set and read back", async () => {
  const { storage } = await openTestStorage();
  expect(await storage.describe()).toMatchObject({
    backend: "sqlite",
    schemaVersion: 1,
    settings: {
      journal_mode: "wal",
      synchronous: "2",
      busy_timeout: "2000",
      foreign_keys: "1",
      wal_autocheckpoint: "1000",
      cache_size: "-8192",
    },
  });
  await storage.close();
});

test("[D3] every time that is stored has one form, so that text order is time order", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.runIn("poisoned");
  await world.runIn("completed");
  await world.storage.putChildProcess({
    ...world.nodeIdentity(runId, 1),
    runId,
    pid: 1,
    startTime: "x",
  });
  const raw = openRaw(underTest.folder);
  const tables = raw
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
    )
    .pluck()
    .all();
  const times: string[] = [];
  for (const table of tables) {
    const columns = raw
      .prepare<[], string>(`select name from pragma_table_info('${table}')`)
      .pluck()
      .all();
    for (const column of columns.filter(
      (name) => name === "at" || name.endsWith("_at") || name === "running_since",
    )) {
      if (table === "engine_instance" && column === "process_started_at") continue;
      times.push(
        ...raw
          .prepare<[], string>(`select ${column} from ${table} where ${column} is not null`)
          .pluck()
          .all(),
      );
    }
  }
  expect(times.length).toBeGreaterThan(30);
  expect(times.filter((time) => new Date(time).toISOString() !== time)).toEqual([]);
  expect(times.toSorted()).toEqual(times.toSorted((a, b) => Date.parse(a) - Date.parse(b)));
  await world.close();
});

test.skipIf(process.platform === "win32")(
  "[D4] only the owner can read the folder and its files",
  async () => {
    const underTest = await openTestStorage({ folder: join(testFolder(), "data") });
    const world = await World.open(underTest);
    const runId = await world.workingRun();
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: { number: 1, status: "completed" },
        output: payload("x".repeat(1_100_000)),
      }),
    );
    await underTest.storage.backUp("test");
    const modes = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
        const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
        return `${entry.isDirectory() ? "folder" : "file"} ${mode.toString(8)}`;
      });
    expect((statSync(underTest.folder).mode & 0o777).toString(8)).toBe("700");
    expect(new Set(modes(underTest.folder))).toEqual(new Set(["file 600", "folder 700"]));
    await world.close();
  },
);

test("[D4] a file that is no database, or another program's, is refused and not touched", async () => {
  const folder = testFolder();
  const file = join(folder, "handshake.db");
  writeFileSync(
    file,
    "this is a text, and a long enough one to be read as a header of a hundred bytes ".repeat(20),
  );
  const before = readFileSync(file);
  await expect(openTestStorage({ folder })).rejects.toMatchObject({ code: "NOT_A_DATABASE" });
  expect(readFileSync(file)).toEqual(before);
  rmSync(file);
  const other = new Database(file);
  other.exec("create table notes (text)");
  other.close();
  await expect(openTestStorage({ folder })).rejects.toMatchObject({
    code: "NOT_A_DATABASE",
    message: containing("another program"),
  });
});

test("[D4] an empty or missing file where data was is a loss, never a fresh start", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  await world.workingRun();
  await underTest.storage.backUp("test");
  await world.close();
  const { folder } = underTest;
  const file = join(folder, "handshake.db");
  truncateSync(file, 0);
  await expect(openTestStorage({ folder })).rejects.toMatchObject({
    code: "CORRUPT",
    message: containing("is empty"),
  });
  rmSync(file);
  await expect(openTestStorage({ folder })).rejects.toMatchObject({
    code: "CORRUPT",
    message: containing("backups"),
  });
  expect(existsSync(file)).toBe(false);
});

test("[D4] a damaged file is said to be damaged, with what to do", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  for (let run = 0; run < 50; run += 1) await world.workingRun();
  await world.close();
  const file = join(underTest.folder, "handshake.db");
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 4_096, bytes.length - 4_096);
  writeFileSync(file, bytes);
  await expect(openTestStorage({ folder: underTest.folder })).rejects.toMatchObject({
    code: "CORRUPT",
    message: matching(/Restore the newest backup/),
  });
});

test("[D4] another program that holds the file makes a write wait, then fail as BUSY with nothing written", async () => {
  const { world, runId, db, commit, close } = await workingConnection();
  db.pragma("busy_timeout = 50");
  const raw = openRaw(world.folder);
  raw.exec("begin immediate");
  const group = world.group(runId, [world.completeNodeChange(runId, 1)]);
  await expect(commit(group)).rejects.toMatchObject({
    code: "BUSY",
    message: containing("Another program is using the data file"),
  });
  raw.exec("rollback");
  expect((await commit(group)).map(codeOf)).toEqual(["ok"]);
  close();
});

test("[D4] a full disk rejects the batch as a whole, and it goes through when there is room", async () => {
  const { world, runId, db, perform, commit, close } = await workingConnection();
  const pages = Number(db.pragma("page_count", { simple: true }));
  db.pragma(`max_page_count = ${pages + 4}`);
  const output = payload("x".repeat(200_000));
  const group = world.group(runId, [
    world.nodeChange(runId, 1, "running", "completed", {
      attempt: { number: 1, status: "completed" },
      output,
    }),
  ]);
  for (let round = 0; round < 3; round += 1) {
    await expect(commit(group)).rejects.toMatchObject({
      code: "FULL",
      message: containing("nothing was lost"),
    });
  }
  expect(await perform("read", ({ reads }) => reads.getRun(runId))).toMatchObject({ nodesDone: 0 });
  db.pragma("max_page_count = 1000000");
  expect((await commit(group)).map(codeOf)).toEqual(["ok"]);
  close();
});

test("[D4] a data file that can only be read is said to be read-only, and a failed write changes nothing", async () => {
  const { world, runId, db, commit, close } = await workingConnection();
  // What SQLite reports for a file system that was mounted read-only, root or not.
  db.pragma("query_only = on");
  const group = world.group(runId, [world.completeNodeChange(runId, 1)]);
  await expect(commit(group)).rejects.toMatchObject({
    code: "READ_ONLY",
    message: containing("choose another folder"),
  });
  db.pragma("query_only = off");
  expect((await commit(group)).map(codeOf)).toEqual(["ok"]);
  close();
});

test("[D4] a place where no folder can be made is said to be so, with what to do", async () => {
  const file = join(testFolder(), "a file");
  writeFileSync(file, "");
  await expect(openTestStorage({ folder: join(file, "data") })).rejects.toMatchObject({
    code: "READ_ONLY",
    message: containing("choose another folder"),
  });
});

test("[D4] while a dead connection cannot be opened anew, writes wait and reads go on", async () => {
  const { world, runId, db, blobs } = await workingConnection();
  const gone = dataPaths(join(testFolder(), "handshake.db"));
  writeFileSync(gone.folder, "");
  let fail = true;
  const crashPoint = (): void => {
    if (fail) throw new StorageError("IO", "fault");
  };
  const { perform, read, close } = openConnection({ db, paths: gone, blobs, crashPoint });
  const group = world.group(runId, [world.completeNodeChange(runId, 1)]);
  const commit = () =>
    perform("Could not save", ({ commitGroups }) => commitGroups([group], world.fence));
  await expect(commit()).rejects.toMatchObject({ code: "IO" });
  fail = false;
  await expect(commit()).rejects.toMatchObject({
    code: "IO",
    message: containing("could not be opened for writing again"),
  });
  expect(await read("read", ({ reads }) => reads.getRun(runId))).toMatchObject({
    status: "running",
  });
  close();
});

/** A run with a step in flight, and the bare connection below a storage, whose settings a test may change. */
async function workingConnection() {
  const underTest = await openTestStorage();
  const world = Object.assign(await World.open(underTest), { folder: underTest.folder });
  const runId = await world.workingRun();
  await world.close();
  const paths = dataPaths(underTest.folder);
  const db = openWriter(paths);
  const blobs = openBlobFolder(paths.blobs, undefined);
  const { perform, close } = openConnection({ db, paths, blobs, crashPoint: undefined });
  const commit = (group: Group) =>
    perform("Could not save", ({ commitGroups }) => commitGroups([group], world.fence));
  return { world, runId, db, blobs, perform, commit, close };
}
