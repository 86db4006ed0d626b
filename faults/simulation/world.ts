import { copyFileSync } from "node:fs";
import { WorkflowDefinition } from "../../app/model/workflow-definition.ts";
import { pinDefinition } from "../../app/validation/pin-definition.ts";
import { dataPaths } from "../../src-main/storage/sqlite/sqlite-database.ts";
import type { HighWaterMark } from "../../src-main/storage/sqlite/sqlite-high-water.ts";
import { seededRandom } from "../seeded-random.ts";
import { createCallLedger } from "./call-ledger.ts";
import type { People } from "./people.ts";
import { createPeople } from "./people.ts";
import type { SimWorkflow } from "./random-workflow.ts";
import { randomWorkflow } from "./random-workflow.ts";
import { settleMicrotasks } from "./sim-clock.ts";
import type { SimDatabase } from "./sim-database.ts";
import { openSimDatabase } from "./sim-database.ts";
import type { Machine, SimProcess } from "./sim-process.ts";
import { acceptWork, digest, startProcess } from "./sim-process.ts";

/** Everything of one seed: the machine, what runs on it, who uses it, and what is known to be wrong. */
export interface World {
  readonly machine: Machine;
  readonly people: People;
  readonly database: SimDatabase;
  readonly workflows: ReadonlyMap<string, SimWorkflow>;
  readonly figures: Figures;
  readonly problems: readonly string[];
  readonly mostCrashes: number;
  readonly trace: (text: string) => void;
  /** The process that owns the data; null between two lives. */
  process: SimProcess | null;
  /** One that was taken over and does not know it yet. */
  zombie: SimProcess | null;
  processes: number;
  /** By how much the clock was set back: a process that starts later waits longer for parked runs. */
  setBackMs: number;
}

export interface Figures {
  runs: number;
  events: number;
  crashes: number;
  quits: number;
  takeovers: number;
  faults: number;
  handlerCalls: number;
  stepCalls: number;
}

const mostProblems = 10;

export interface WorldOptions {
  readonly seed: number;
  readonly folder: string;
  /** A database without any run, which this world begins with. */
  readonly template: string;
  readonly trace: (text: string) => void;
}

export function createWorld({ seed, folder, template, trace }: WorldOptions): World {
  const random = seededRandom(seed);
  const problems: string[] = [];
  const problem = (text: string): void => {
    trace(`PROBLEM ${text}`);
    if (problems.length < mostProblems) problems.push(text);
  };
  copyFileSync(template, dataPaths(folder).database);
  const database = openSimDatabase(dataPaths(folder));
  const workflows = Array.from({ length: random.between(1, 2) }, (_, index) =>
    randomWorkflow(random, `sim-${index}`),
  );
  const mostCrashes = random.pick([0, 1, 2, 4, 6]);
  const ledger = createCallLedger(database, problem);
  let mark: HighWaterMark | null = null;
  const machine: Machine = {
    folder,
    random,
    time: { wall: Date.parse("2026-01-05T09:00:00.000Z"), monotonic: 0 },
    ledger,
    highWater: {
      read: () => mark,
      write: (newest) => {
        mark = newest;
      },
    },
    engineOptions: {
      maxConcurrentRuns: random.pick([1, 2, 4]),
      maxConcurrentNodes: random.pick([1, 2, 3, 20]),
      maxConcurrentByType: random.chance(0.3) ? { work: random.pick([1, 2]) } : {},
      fewestBeside: 1,
    },
    isStorageSlow: random.chance(0.5),
    commitsAtOnce: 1 + (seed % 3),
    boot: 1,
    uuids: 0,
    problem,
  };
  const people = createPeople({
    random,
    database,
    definitions: workflows.map(({ source }) =>
      pinDefinition({
        source,
        definition: WorkflowDefinition.parse(source),
        nodeTypeVersions: { work: 1, instant: 1, delay: 1, approval: 1 },
        sha256: (text) => digest(text).sha256,
      }),
    ),
    mostRuns: random.pick([2, 4, 6, 8]),
    problem,
  });
  return {
    machine,
    people,
    database,
    workflows: new Map(workflows.map((workflow) => [workflow.id, workflow])),
    figures: {
      runs: 0,
      events: 0,
      crashes: 0,
      quits: 0,
      takeovers: 0,
      faults: 0,
      handlerCalls: 0,
      stepCalls: 0,
    },
    problems,
    mostCrashes,
    trace,
    process: null,
    zombie: null,
    processes: 0,
    setBackMs: 0,
  };
}

/** Starts the next process; it dies after `crashIn` calls of storage, or not when that is null. */
export async function startNext(world: World, crashIn: number | null): Promise<void> {
  world.processes += 1;
  const number = world.processes;
  const process = await startProcess(world.machine, number, crashIn);
  world.trace(`process ${number} ${process === null ? "died at its start" : "started"}`);
  if (process === null) {
    world.figures.crashes += 1;
    return;
  }
  world.process = process;
  const accepting = (): void => {
    process.isAccepting = true;
  };
  acceptWork(process).then(accepting, (error: unknown) => {
    const isExpected = process.hadFault || process.isStopping || process.isFenced;
    if (!process.isDead && !isExpected)
      world.machine.problem(`the policies failed: ${String(error)}`);
    // The app would say so and be started again.
    process.kill();
  });
  await settleMicrotasks();
}

/** A process that died makes room for the next one. */
export async function bury(world: World): Promise<void> {
  const { process, zombie } = world;
  if (process?.isDead === true) {
    if (process.crashIn !== null && process.crashIn <= 0) {
      world.figures.crashes += 1;
      process.kill();
    }
    world.process = null;
    await settleMicrotasks();
    world.machine.ledger.check();
  }
  if (zombie !== null && (zombie.isDead || world.machine.random.chance(0.02))) {
    zombie.kill();
    world.zombie = null;
  }
}
