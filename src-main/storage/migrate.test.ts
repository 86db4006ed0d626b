import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { World } from "../../app/storage/storage-fixture.conformance.ts";
import { migrateDown, migrateUp, readMigrations } from "./migrate.ts";
import { dataPaths, openWriter } from "./sqlite/sqlite-database.ts";
import {
  containing,
  openRaw,
  openTestStorage,
  testFolder,
} from "./sqlite/sqlite-fixture.conformance.ts";
import { sqliteMigrationTarget } from "./sqlite/sqlite-migration.ts";
import type { MigrationProgress } from "./sqlite/sqlite-storage.ts";
import { defaultMigrationsFolder } from "./sqlite/sqlite-migrations-folder.ts";

/** The released migrations and one more, as the next version of the app would bring it. */
function nextVersionFolder(
  up = "alter table job add column color text;\nupdate job set color = 'blue';",
  header = "",
): string {
  const folder = join(testFolder(), "migrations");
  cpSync(defaultMigrationsFolder, folder, { recursive: true });
  writeFileSync(join(folder, "0002-add-color.sql"), `${header}${up}\n`);
  writeFileSync(join(folder, "0002-add-color.down.sql"), "alter table job drop column color;\n");
  return folder;
}

async function populated(): Promise<{ folder: string; runId: string; seen: unknown }> {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.runIn("completed");
  await world.runIn("poisoned");
  const seen = await world.snapshot(runId);
  await world.close();
  return { folder: underTest.folder, runId, seen };
}

function targetOf(folder: string, backups: string[] = []) {
  const db = openWriter(dataPaths(folder));
  const backup = (reason: string): void => void backups.push(reason);
  return { db, target: sqliteMigrationTarget({ db, appVersion: "0.1.0", now: () => 0, backup }) };
}

function schemaOf(folder: string): unknown {
  const raw = openRaw(folder);
  const schema = raw
    .prepare(
      "select type, name, sql from sqlite_schema where name not like 'schema_migration%' order by name",
    )
    .all();
  raw.close();
  return schema;
}

test("[D1] from nothing to the newest, twice, and the second time changes nothing", async () => {
  const { db, target } = targetOf(testFolder());
  const migrations = readMigrations(defaultMigrationsFolder);
  expect(await migrateUp(target, migrations)).toBe(migrations.length);
  const changes = db.prepare("select total_changes()").pluck();
  const before = changes.get();
  expect(await migrateUp(target, migrations)).toBe(migrations.length);
  expect(changes.get()).toBe(before);
  db.close();
});

test("[D1] trap: a populated database is upgraded with everything that was in it, after a backup", async () => {
  const { folder, runId, seen } = await populated();
  const upgraded = await openTestStorage({
    folder,
    migrationsFolder: nextVersionFolder(),
    appVersion: "0.2.0",
  });
  const world = await World.open(upgraded);
  expect(await world.snapshot(runId)).toEqual(seen);
  expect((await upgraded.storage.describe()).schemaVersion).toBe(2);
  await world.expectSound();
  expect(upgraded.storage.listBackups()).toMatchObject([
    { reason: "before-schema-2", schemaVersion: 1 },
  ]);
  await world.close();
  const [backup] = readdirSync(join(folder, "backups"));
  const restored = await openTestStorage({ folder: join(folder, "backups", backup ?? "") });
  expect(await restored.storage.getRun(runId)).toMatchObject({ runId, status: "completed" });
  await restored.close();
});

test("[D1] an upgrade tells its backup and its steps as they begin, and new data tells nothing", async () => {
  const told: MigrationProgress[] = [];
  const onProgress = (progress: MigrationProgress): void => void told.push(progress);
  const fresh = await openTestStorage({ onProgress });
  await fresh.close();
  expect(told).toEqual([]);
  const { folder } = await populated();
  const upgraded = await openTestStorage({
    folder,
    migrationsFolder: nextVersionFolder(),
    onProgress,
  });
  const [copy] = readdirSync(join(folder, "backups"));
  const bytes = statSync(join(folder, "backups", copy ?? "", "handshake.db")).size;
  const backups = join(folder, "backups");
  const file = join(backups, `${copy}.${process.pid}.tmp`, "handshake.db");
  expect(told).toEqual([
    { kind: "backing-up", file, bytes, folder: backups },
    { kind: "migrating", number: 1, of: 1 },
  ]);
  await upgraded.close();
});

test("[D1] down and up again leaves the schema as it was, with a backup each time", async () => {
  const { folder } = await populated();
  const migrations = readMigrations(nextVersionFolder());
  const before = schemaOf(folder);
  const backups: string[] = [];
  const { db, target } = targetOf(folder, backups);
  await migrateUp(target, migrations);
  expect(await migrateDown(target, migrations, 1)).toBe(1);
  expect(schemaOf(folder)).toEqual(before);
  expect(await migrateDown(target, migrations, 0)).toBe(0);
  expect(schemaOf(folder)).toEqual([]);
  await migrateUp(target, migrations.slice(0, 1));
  expect(schemaOf(folder)).toEqual(before);
  expect(backups).toEqual(["before-schema-2", "before-schema-1", "before-schema-0"]);
  db.close();
});

test("[D1] data of a newer version is refused with the version that made it, and nothing is written", async () => {
  const { folder } = await populated();
  await (
    await openTestStorage({ folder, migrationsFolder: nextVersionFolder(), appVersion: "0.9.7" })
  ).close();
  const before = readFileSync(join(folder, "handshake.db"));
  await expect(openTestStorage({ folder })).rejects.toMatchObject({
    code: "NEWER_SCHEMA",
    message: containing("Handshake 0.9.7"),
    details: { appVersion: "0.9.7", schemaVersion: 2 },
  });
  expect(readFileSync(join(folder, "handshake.db"))).toEqual(before);
});

test("[D1] an additive change that says so can still be opened by the version before", async () => {
  const { folder, runId } = await populated();
  await (
    await openTestStorage({
      folder,
      migrationsFolder: nextVersionFolder(undefined, "-- min-writer: 1\n"),
    })
  ).close();
  const older = await openTestStorage({ folder });
  expect(await older.storage.getRun(runId)).toMatchObject({ runId });
  await older.close();
});

test("[D1] a released migration that was changed afterwards is refused", async () => {
  const { folder } = await populated();
  const changed = nextVersionFolder();
  const file = join(changed, "0001-initial.sql");
  writeFileSync(file, `${readFileSync(file, "utf8")}-- a late thought\n`);
  await expect(openTestStorage({ folder, migrationsFolder: changed })).rejects.toMatchObject({
    code: "NEWER_SCHEMA",
    message: containing("Migration 1 (initial)"),
  });
});

test("[D1] a migration that fails leaves the data as it was", async () => {
  const { folder, runId, seen } = await populated();
  const before = schemaOf(folder);
  for (const script of [
    "alter table job add column color text; select nonsense;",
    "update workflow_run set job = 99 where id = 1;",
  ]) {
    await expect(
      openTestStorage({ folder, migrationsFolder: nextVersionFolder(script) }),
    ).rejects.toThrow();
    expect(schemaOf(folder)).toEqual(before);
  }
  const world = await World.open(await openTestStorage({ folder }));
  expect(await world.snapshot(runId)).toEqual(seen);
  await world.close();
});

test(
  "[D1] killed at each point of a migration, the next start completes it",
  { timeout: 120_000 },
  async () => {
    const migrationsFolder = nextVersionFolder();
    for (let dieAt = 1; ; dieAt += 1) {
      const { folder, runId, seen } = await populated();
      const { signal } = spawnSync(process.execPath, [
        "--input-type=module",
        "-e",
        openProgram,
        folder,
        migrationsFolder,
        String(dieAt),
      ]);
      const world = await World.open(await openTestStorage({ folder, migrationsFolder }));
      expect(await world.snapshot(runId)).toEqual(seen);
      await world.expectSound();
      await world.close();
      expect(readdirSync(join(folder, "backups")).filter((name) => name.endsWith(".tmp"))).toEqual(
        [],
      );
      if (signal === null) {
        expect(dieAt).toBeGreaterThan(6);
        return;
      }
    }
  },
);

test("[D1] a process that saw an older ledger than there is by now repeats nothing", async () => {
  const { folder, runId, seen } = await populated();
  const { db, target } = targetOf(folder);
  const migrations = readMigrations(nextVersionFolder());
  await migrateUp(target, migrations);
  let isFirst = true;
  const late: typeof target = {
    ...target,
    readLedger() {
      const ledger = isFirst ? [] : target.readLedger();
      isFirst = false;
      return ledger;
    },
  };
  expect(await migrateUp(late, migrations)).toBe(2);
  expect(await migrateDown(target, migrations, 1)).toBe(1);
  db.close();
  const world = await World.open(await openTestStorage({ folder }));
  expect(await world.snapshot(runId)).toEqual(seen);
  await world.close();
});

test(
  "[D1] several processes at once migrate an empty folder and a populated one exactly once",
  { timeout: 120_000 },
  async () => {
    const migrationsFolder = nextVersionFolder();
    const empty = testFolder();
    mkdirSync(empty, { recursive: true });
    for (const folder of [empty, (await populated()).folder]) {
      const children = Array.from({ length: 5 }, () =>
        spawn(
          process.execPath,
          ["--input-type=module", "-e", openProgram, folder, migrationsFolder, "0"],
          { stdio: ["ignore", "ignore", "pipe"] },
        ),
      );
      const results = await Promise.all(
        children.map(async (child) => {
          let text = "";
          child.stderr.setEncoding("utf8").on("data", (part: string) => (text += part));
          const code = await new Promise((resolve) => child.once("close", resolve));
          return { code, text };
        }),
      );
      expect(results).toEqual(children.map(() => ({ code: 0, text: "" })));
      const raw = openRaw(folder);
      expect(raw.prepare("select version from schema_migration").pluck().all()).toEqual([1, 2]);
      raw.close();
    }
  },
);

const openProgram = `
  import { openSqliteStorage } from ${JSON.stringify(fileURLToPath(new URL("./sqlite/sqlite-storage.ts", import.meta.url)))};
  const [folder, migrationsFolder, dieAt] = process.argv.slice(1);
  let passed = 0;
  const crashPoint = () => { if (++passed === Number(dieAt)) process.kill(process.pid, "SIGKILL"); };
  await (await openSqliteStorage({ folder, migrationsFolder, appVersion: "0.2.0", crashPoint })).close();`;
