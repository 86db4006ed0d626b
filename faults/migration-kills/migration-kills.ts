import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFaultControl, openFaultControl } from "../io-faults/fault-control.ts";
import { compileCache } from "../kill-loop/worker-process.ts";
import { checkMigrated } from "./check-migrated.ts";
import { writeNextMigrations } from "./next-migrations.ts";
import { populate } from "./populate.ts";
import { seededRandom } from "../seeded-random.ts";
import { memoryFolder } from "../power-loss/memory-folder.ts";

export interface MigrationKillsOptions {
  readonly seed: number;
  readonly kills: number;
  /** inject-faults.c, compiled; null: kills happen at crash points only. */
  readonly preload: string | null;
  readonly only?: number;
}

export interface MigrationKillsResult {
  readonly kills: number;
  /** Workers that had ended before their moment came. */
  readonly survivors: number;
  /** How often each schema version was found after the kill, from 1. */
  readonly schemas: readonly number[];
  readonly seconds: number;
  readonly failures: readonly string[];
}

/** Those of a backup (3) and of two migrations (4 each). */
const crashPoints = 11;

/** Kills processes that migrate a populated data folder, each at its own moment, and opens it again. */
export async function killMigrations(
  options: MigrationKillsOptions,
): Promise<MigrationKillsResult> {
  const { seed, kills, preload, only } = options;
  const startedAt = performance.now();
  const folder = realpathSync(mkdtempSync(join(memoryFolder(), "handshake-migration-kills-")));
  const migrations = join(folder, "migrations");
  const template = join(folder, "template");
  const failures: string[] = [];
  let killed = 0;
  let survivors = 0;
  const schemas = [0, 0, 0];
  try {
    writeNextMigrations(migrations);
    mkdirSync(template);
    const before = await populate(template);
    const diskCalls = preload === null ? 0 : await countDiskCalls();
    for (let index = only ?? 0; index < (only === undefined ? kills : only + 1); index += 1) {
      const data = join(folder, "data");
      cpSync(template, data, { recursive: true });
      const moment = momentOf({ seed, index, diskCalls });
      const { signal } = await migrate({ folder, data, migrations, moment, preload });
      if (signal === "SIGKILL") killed += 1;
      else survivors += 1;
      const { problems, schemaAfterKill } = await checkMigrated({ data, migrations, before });
      schemas[schemaAfterKill - 1] = (schemas[schemaAfterKill - 1] ?? 0) + 1;
      if (problems.length > 0) {
        const again = `node faults/migration-kills/run.ts --seed ${seed} --only ${index}`;
        failures.push([again, JSON.stringify(moment), ...problems].join("\n  "));
      }
      rmSync(data, { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  /** How many calls that change the disk a whole migration makes. */
  async function countDiskCalls(): Promise<number> {
    const data = join(folder, "data");
    cpSync(template, data, { recursive: true });
    const moment = { at: "disk call", number: 1_000_000 } as const;
    const { seen } = await migrate({ folder, data, migrations, moment, preload });
    rmSync(data, { recursive: true, force: true });
    return seen;
  }

  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { kills: killed, survivors, schemas, seconds, failures };
}

interface Moment {
  readonly at: "crash point" | "disk call";
  /** Crash points from 1, calls from 0. */
  readonly number: number;
}

/** First every crash point, then any call that changes the disk. */
function momentOf(from: {
  readonly seed: number;
  readonly index: number;
  readonly diskCalls: number;
}): Moment {
  const { seed, index, diskCalls } = from;
  if (index < crashPoints) return { at: "crash point", number: index + 1 };
  const random = seededRandom(seed * 1_000_003 + index);
  return diskCalls === 0
    ? { at: "crash point", number: random.between(1, crashPoints) }
    : { at: "disk call", number: random.below(diskCalls) };
}

async function migrate(work: {
  readonly folder: string;
  readonly data: string;
  readonly migrations: string;
  readonly moment: Moment;
  readonly preload: string | null;
}): Promise<{ readonly signal: NodeJS.Signals | null; readonly seen: number }> {
  const { folder, data, migrations, moment, preload } = work;
  const controlFile = join(folder, "control");
  createFaultControl(controlFile);
  const control = openFaultControl(controlFile);
  let env: NodeJS.ProcessEnv = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  if (moment.at === "disk call" && preload !== null) {
    control.arm({
      calls: ["write", "sync", "truncate", "name"],
      file: "any",
      skip: moment.number,
      failures: 1,
      code: "kill",
    });
    env = { ...env, LD_PRELOAD: preload, FAULT_ROOT: data, FAULT_CONTROL: controlFile };
  }
  const program = fileURLToPath(new URL("./migration-worker.ts", import.meta.url));
  const dieAt = moment.at === "crash point" ? moment.number : 0;
  const child = spawn(process.execPath, [program, data, migrations, String(dieAt)], {
    stdio: ["ignore", "ignore", "inherit"],
    env,
  });
  await once(child, "close");
  const { seen } = control.disarm();
  control.close();
  return { signal: child.signalCode, seen };
}

export function migrationKillsFigures(result: MigrationKillsResult): string {
  const { kills, survivors, schemas, seconds, failures } = result;
  return (
    `${kills} kills (${survivors} workers were done before) in ${seconds} s: ` +
    `schema 1, 2, 3 was there after ${schemas.join(", ")} of them, ` +
    `${failures.length} failed`
  );
}
