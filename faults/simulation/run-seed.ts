import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataPaths } from "../../src-main/storage/sqlite/sqlite-database.ts";
import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { seededRandom } from "../seeded-random.ts";
import { calmDown, countEvents } from "./calm.ts";
import { chaos } from "./chaos.ts";
import { checkGraphs } from "./check-graph.ts";
import { checkHistories } from "./check-history.ts";
import { settleMicrotasks } from "./sim-clock.ts";
import type { Figures, World } from "./world.ts";
import { createWorld } from "./world.ts";

export interface SeedResult {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly figures: Figures;
}

export interface SeedOptions {
  readonly seed: number;
  /** From `prepareTemplate`. */
  readonly template: string;
  /** Is told each move as it is made, and the histories when something is wrong. */
  readonly trace?: (text: string) => void;
}

/**
 * One simulated life of an app: random workflows, people, crashes, faults and jumps of the clock, then
 * calm in which every run has to end. All chance comes from the seed.
 */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const { seed, template, trace = () => undefined } = options;
  const folder = mkdtempSync(join(temporaryFolder(), "handshake-simulation-"));
  const world = createWorld({ seed, folder, template, trace });
  // In the app it would end the process.
  const unhandled = (error: unknown): void => broke(world, "nobody handled a rejection", error);
  process.on("unhandledRejection", unhandled);
  // JSONata's $random: from the seed too, but of a sequence of its own.
  const { random } = Math;
  const ownRandom = seededRandom(seed + 0x10000);
  Math.random = () => ownRandom.next();
  try {
    await live(world);
    check(world);
    if (world.problems.length > 0) describeRuns(world);
  } catch (error) {
    broke(world, "the simulation broke", error);
  } finally {
    world.zombie?.kill();
    world.process?.kill();
    await settleMicrotasks();
    world.database.close();
    Math.random = random;
    process.off("unhandledRejection", unhandled);
    rmSync(folder, { recursive: true, force: true });
  }
  return { seed, problems: world.problems, figures: world.figures };
}

/** Makes the empty database that every seed begins with a copy of. */
export async function prepareTemplate(): Promise<{
  readonly template: string;
  readonly remove: () => void;
}> {
  const folder = mkdtempSync(join(temporaryFolder(), "handshake-template-"));
  const storage = await openSqliteStorage({ folder, appVersion: "0.0.0-simulation" });
  await storage.close();
  return {
    template: dataPaths(folder).database,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The shared memory file system where there is one: durability is not what is tried here. */
function temporaryFolder(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

async function live(world: World): Promise<void> {
  const moves = world.machine.random.pick([40, 120, 250, 400]);
  for (let move = 0; move < moves && world.problems.length === 0; move += 1) await chaos(world);
  if (world.problems.length === 0) await calmDown(world);
}

function check(world: World): void {
  const { database, workflows, people, figures, machine } = world;
  const { ledger, problem } = machine;
  ledger.check();
  checkHistories(database, problem);
  checkGraphs(database, workflows, problem);
  people.check();
  figures.runs = database.runs().length;
  figures.events = countEvents(world);
  figures.handlerCalls = ledger.handlerCalls;
  figures.stepCalls = ledger.stepCalls;
}

function broke({ machine }: World, what: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  machine.problem(`${what}: ${text}`);
}

function describeRuns({ workflows, database, trace }: World): void {
  for (const { id, source } of workflows.values()) {
    trace(`workflow ${id}: limits ${JSON.stringify(source["limits"])}`);
    for (const part of ["nodes", "edges"])
      for (const item of source[part] as readonly unknown[]) trace(`  ${JSON.stringify(item)}`);
  }
  for (const { runId, workflowId, job, triggerJson, status } of database.runs()) {
    trace(`run ${runId} of ${workflowId}, job ${job}, ${triggerJson}: ${status}`);
    for (const { seq, type, actorKind, actorVia, epoch, data } of database.events(runId))
      trace(`  ${seq} ${type} ${actorKind} ${actorVia ?? ""} ${epoch} ${data}`);
  }
}
