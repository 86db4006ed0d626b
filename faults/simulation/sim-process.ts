import { hash } from "node:crypto";
import { timestamp } from "../../app/engine/clock.ts";
import { createEngine } from "../../app/engine/create-engine.ts";
import type { Engine } from "../../app/engine/engine.ts";
import type { EngineOptions } from "../../app/engine/engine-ports.ts";
import { createNodeRegistry } from "../../app/engine/node-registry.ts";
import { newRunId } from "../../app/model/execution-id.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { Fence, RecoveryReport } from "../../app/storage/storage.ts";
import { applyPolicies } from "../../src-main/core/apply-policies.ts";
import { approval } from "../../src-main/nodes/approval.ts";
import { delay } from "../../src-main/nodes/delay.ts";
import type { HighWaterFile } from "../../src-main/storage/sqlite/sqlite-high-water.ts";
import type { SqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { gatedStorage, SimulatedCrash } from "./gated-storage.ts";
import type { CallLedger } from "./call-ledger.ts";
import type { MachineTime, SimClock } from "./sim-clock.ts";
import { createSimClock } from "./sim-clock.ts";
import { simNodeTypes } from "./sim-nodes.ts";

/** The machine that processes run on, one after another; it outlives them. */
export interface Machine {
  readonly folder: string;
  readonly random: SeededRandom;
  readonly time: MachineTime;
  readonly ledger: CallLedger;
  readonly highWater: HighWaterFile;
  readonly engineOptions: Partial<EngineOptions>;
  /** Whether answers of storage wait for their turn. */
  readonly isStorageSlow: boolean;
  /** How many commits an engine has under way, in any order, as on PostgreSQL; SQLite itself takes one. */
  readonly commitsAtOnce: number;
  boot: number;
  uuids: number;
  /** Something that must never be. */
  readonly problem: (text: string) => void;
}

/** One life of the app, from its start to its death. */
export interface SimProcess {
  readonly number: number;
  readonly clock: SimClock;
  readonly storage: SqliteStorage;
  readonly fence: Fence;
  readonly engine: Engine;
  readonly recovery: RecoveryReport;
  /** Handlers that wait for the simulation to let them go on. */
  readonly gates: Gate[];
  /** Calls and answers of storage that wait. */
  readonly storageTurns: (() => void)[];
  isDead: boolean;
  /** A newer process took over while this one went on. */
  isFenced: boolean;
  /** Its policies are applied: people may ask it for something. */
  isAccepting: boolean;
  isStopping: boolean;
  /** Storage calls until the process dies inside of one; null = it does not. */
  crashIn: number | null;
  fault: StorageFault | null;
  /** Storage failed at least once in this life. */
  hadFault: boolean;
  /** Forgets everything at once, like SIGKILL. */
  kill(): void;
}

export interface StorageFault {
  readonly code: "FULL" | "BUSY" | "IO";
  readonly reaches: "reads" | "writes" | "all";
  /** The call is done, but its answer is lost. */
  readonly isAnswerLost: boolean;
  remaining: number;
}

export interface Gate {
  readonly label: string;
  open(): void;
}

const writes: ReadonlySet<string> = new Set([
  "commit",
  "appendLogs",
  "heartbeatWorkflow",
  "putDefinition",
]);

/**
 * Starts the app as start-core.ts does: open, register, recover, engine, policies, claims. Null when it
 * died on the way.
 */
export async function startProcess(
  machine: Machine,
  number: number,
  crashIn: number | null,
): Promise<SimProcess | null> {
  const { random, time, ledger } = machine;
  const life = {
    number,
    isDead: false,
    isFenced: false,
    isAccepting: false,
    isStopping: false,
    crashIn,
    fault: null as StorageFault | null,
    hadFault: false,
    gates: [] as Gate[],
    storageTurns: [] as (() => void)[],
    clock: createSimClock(time),
  };
  let opened: SqliteStorage | null = null;
  const kill = (): void => {
    life.isDead = true;
    life.gates.length = 0;
    life.storageTurns.length = 0;
    void opened?.close();
  };
  const crashPoint = (): void => {
    if (life.isDead) throw new SimulatedCrash();
    if (life.crashIn === null) return;
    life.crashIn -= 1;
    if (life.crashIn > 0) return;
    life.isDead = true;
    throw new SimulatedCrash();
  };
  try {
    const storage = await openSqliteStorage({
      folder: machine.folder,
      appVersion: "0.0.0-simulation",
      now: () => time.wall,
      highWater: {
        read: () => machine.highWater.read(),
        write: (mark) => {
          if (!life.isDead) machine.highWater.write(mark);
        },
      },
      crashPoint,
    });
    opened = storage;
    const at = timestamp(time.wall);
    const newUuid = (): string => {
      machine.uuids += 1;
      return `00000000-0000-4000-8000-${String(machine.uuids).padStart(12, "0")}`;
    };
    const fence = await storage.registerInstance({
      instanceId: newUuid(),
      kind: "simulation",
      pid: 1_000 + number,
      processStartedAt: at,
      bootId: `boot-${machine.boot}`,
      machineId: "machine",
      appVersion: "0.0.0-simulation",
      at,
    });
    const recovery = await storage.recoverInterruptedRuns({
      fence,
      at,
      thresholdSecs: 30,
      bootId: `boot-${machine.boot}`,
      scope: "start",
    });
    const { commitsAtOnce } = machine;
    const gated = gatedStorage(
      { ...storage, commitsAtOnce },
      {
        get isDead() {
          return life.isDead;
        },
        turn: (when) => {
          if (!machine.isStorageSlow || (when === "answer" && random.chance(0.5))) return null;
          return new Promise((resolve) => life.storageTurns.push(resolve));
        },
        fault: (method, when) => takeFault(life, method, when),
        done(method, answer) {
          if (!life.isFenced || method !== "commit" || !Array.isArray(answer)) return;
          const committed = answer.filter(
            (outcome: { ok?: unknown }) => outcome.ok === true,
          ).length;
          if (committed > 0) machine.problem(`a fenced process committed ${committed} groups`);
        },
        kill,
      },
    );
    const process: SimProcess = Object.assign(life, {
      storage: gated,
      fence,
      recovery,
      kill,
      engine: createEngine(
        {
          storage: gated,
          fence,
          clock: life.clock,
          registry: createNodeRegistry([
            ...simNodeTypes({ life, machine, epoch: fence.epoch }),
            approval,
            delay,
          ]),
          digest,
          newUuid,
          newRunId: () => newRunId(Math.floor(time.wall), randomBytes(random)),
          random: () => random.next(),
          secrets: { get: () => Promise.resolve(null) },
          isolate: () => Promise.reject(new Error("No expression here needs to be isolated.")),
          log: (level, message, details) =>
            ledger.logged({ process: life, level, message, details }),
        },
        machine.engineOptions,
      ),
    });
    return process;
  } catch (error) {
    if (!(error instanceof SimulatedCrash)) throw error;
    kill();
    return null;
  }
}

/** What the app does before it accepts work; the simulation goes on meanwhile. */
export async function acceptWork(process: SimProcess): Promise<void> {
  await applyPolicies(process.engine, process.storage);
  process.engine.start();
}

function takeFault(
  life: { fault: StorageFault | null; hadFault: boolean },
  method: string,
  when: "call" | "answer",
): Error | null {
  const { fault } = life;
  if (fault === null || fault.remaining <= 0) return null;
  const isWrite = writes.has(method);
  if (fault.reaches !== "all" && (fault.reaches === "writes") !== isWrite) return null;
  if ((when === "answer") !== (fault.isAnswerLost && isWrite)) return null;
  fault.remaining -= 1;
  life.hadFault = true;
  return new StorageError(fault.code, `simulated ${fault.code} of ${method}`);
}

export function digest(text: string) {
  return { sha256: hash("sha256", text, "hex"), bytes: Buffer.byteLength(text) };
}

function randomBytes(random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length: 6 }, () => random.below(256));
}
