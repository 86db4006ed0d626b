import { timestamp } from "../../app/engine/clock.ts";
import { createEngine } from "../../app/engine/create-engine.ts";
import type { Engine } from "../../app/engine/engine.ts";
import type { EngineOptions } from "../../app/engine/engine-ports.ts";
import { messageOf } from "../../app/engine/to-error.ts";
import { ensureDataFolder, type DataFolderChoice } from "../data-folder.ts";
import type { DataLock, LockHolder } from "../storage/sqlite/data-lock.ts";
import { machineIdentity, type MachineIdentity } from "../machine-identity.ts";
import { appVersion } from "./app-version.ts";
import { applyPolicies } from "./apply-policies.ts";
import type { EngineInstance } from "../../app/storage/storage.ts";
import type { DatabaseChoice } from "./database-choice.ts";
import { deadEngines, forgetEngines, holdEngineLock } from "./engine-locks.ts";
import { joinEngines } from "./join-engines.ts";
import { followMove, removeMovedContent } from "./follow-move.ts";
import { controlAddress } from "./control-address.ts";
import { startControlServer, type ControlServer } from "./control-server.ts";
import type { Core, CoreNotice } from "./core.ts";
import { corePorts, type CorePorts } from "./core-ports.ts";
import { endLeftoverChildren, recoverAtStart } from "./recover-at-start.ts";
import { startMaintenance, type Maintenance } from "./maintenance.ts";
import type { OnCoreProgress } from "./core-step.ts";
import { needsSafeStart } from "./safe-start.ts";
import { submitWorkflow } from "./submit-workflow.ts";

export interface CoreOptions {
  readonly dataFolder: DataFolderChoice;
  /** The data folder's own file by default. */
  readonly database?: DatabaseChoice;
  /** What starts it; for the message that a second process shows. */
  readonly kind: CoreKind;
  /** The command, where there is one: `handshake run`. */
  readonly name?: string;
  /** Interrupted runs only get their mark; what their workflows stored for this case waits. */
  readonly withoutPolicies?: boolean;
  /** Of a shared queue, work on these only. */
  readonly onlyRuns?: ReadonlySet<string>;
  /** How many runs it works on at once. */
  readonly maxConcurrentRuns?: number;
  /** An engine that ended is started again: a data folder that is to be moved waits for the app's own start. */
  readonly isRestart?: boolean;
  /** See EngineOptions. */
  readonly forcedEndMs?: number;
  /** For tests, and for hosts that keep secrets elsewhere. */
  readonly ports?: Partial<CorePorts>;
  readonly onProgress?: OnCoreProgress;
  readonly onNotice?: (notice: CoreNotice) => void;
}

export type CoreKind = "cli" | "serve" | "app" | "worker";

/**
 * Owns the data folder and brings it into order: lock → move, where that was asked for → open, back up,
 * migrate → register → end leftover children → recover → engine → stored policies. Only then is work accepted;
 * what other processes ask meanwhile waits, and is refused with the reason when this fails. In a shared
 * database an engine owns its runs and not the data (join-engines.ts); only those with screens then own the
 * folder, for their settings. Throws StorageError (IN_USE names the owner), DataFolderError, DataMovedError:
 * begin again, with the folder that the data is in now.
 */
export async function startCore(options: CoreOptions): Promise<Core> {
  const ports = { ...corePorts(options.dataFolder.path), ...options.ports };
  const closers: Closer[] = [];
  const accepting = Promise.withResolvers<Core>();
  // Nobody may be waiting for it.
  accepting.promise.catch(() => undefined);
  try {
    const core = await start({ options, ports, closers, accepting: accepting.promise });
    accepting.resolve(core);
    options.onProgress?.("accepting");
    return core;
  } catch (error) {
    accepting.reject(error);
    await closeAll(closers);
    throw error;
  }
}

type Closer = () => void | Promise<void>;

interface Start {
  readonly options: CoreOptions;
  readonly ports: CorePorts;
  /** In the order of opening; closed from the end. */
  readonly closers: Closer[];
  readonly accepting: Promise<Core>;
}

async function start({ options, ports, closers, accepting }: Start): Promise<Core> {
  const { dataFolder, database = { kind: "sqlite" }, kind, name = kind, onProgress } = options;
  const { clock } = ports;
  const identity = machineIdentity();
  const startedAt = timestamp(clock.now());
  const owner = { kind: name, pid: identity.pid, since: startedAt };
  const isShared = database.kind === "postgres";
  const instanceId = ports.newUuid();

  onProgress?.("locking");
  ensureDataFolder(dataFolder);
  const isOwner = ownsFolder(options);
  if (isOwner) {
    const lock = ports.takeLock(dataFolder.path, owner);
    closers.push(() => lock.release());
  }
  const notices = [...(await followMove({ ...options, isOwner }))];
  const server = isOwner ? await openDoor({ options, ports, closers, accepting }, owner) : null;
  if (isShared) {
    const lock = await holdEngineLock(dataFolder.path, instanceId, owner);
    closers.push(() => lock.release());
  }

  onProgress?.("opening");
  const storage = await ports.openStorage(dataFolder.path, database, onProgress);
  closers.push(() => storage.close());
  const earlier = await storage.listInstances(10);
  const ours = isShared ? earlier.filter((one) => isSameApp(one, identity, name)) : earlier;
  const safeStart = needsSafeStart(ours, clock.now());
  const deadInstances = isShared ? deadEngines(dataFolder.path) : [];
  const fence = await storage.registerInstance({
    ...identity,
    instanceId,
    kind: name,
    appVersion,
    at: startedAt,
  });

  // From the first moment on: the rest of the start may take longer than a lease lasts.
  const leaseLost = Promise.withResolvers<Error>();
  const lease = storage.shared?.keepLease(fence, leaseLost.resolve);
  closers.push(() => lease?.close());

  onProgress?.("recovering");
  const { bootId, machineId } = identity;
  const endedHere = isShared ? [] : await endLeftoverChildren(storage);
  const recovery = await recoverAtStart({ storage, fence, clock, bootId, deadInstances });
  // Only now it shows whose engine is gone.
  const endedShared = isShared ? await endLeftoverChildren(storage, { sharedBy: machineId }) : [];
  forgetEngines(dataFolder.path, deadInstances);

  if (isOwner) {
    const takeLock = (folder: string): DataLock => ports.takeLock(folder, owner);
    notices.push(...removeMovedContent(dataFolder.path, takeLock));
  }

  onProgress?.("starting");
  const isolated = ports.isolatedExpressions();
  closers.push(() => isolated.close());
  const { shared } = storage;
  const engine = createEngine(
    {
      ...ports,
      storage,
      fence,
      machineId,
      isolate: (source, scope) => isolated.evaluate(source, scope),
      ...(shared === undefined ? {} : { limitShares: shared.limitShares }),
    },
    engineOverrides(options),
  );
  if (shared !== undefined) {
    const joined = joinEngines({
      shared,
      engine,
      storage,
      dataFolder: dataFolder.path,
      bootId,
      machineId,
      clock,
      log: ports.log,
    });
    closers.push(() => joined.close());
  }
  void leaseLost.promise.then((error) => engine.giveUp(error));
  const policies = options.withoutPolicies === true ? [] : await applyPolicies(engine, storage);

  // An open core keeps the process alive; its timers alone do not.
  const keepAlive = setInterval(() => undefined, 2 ** 30);
  closers.push(() => clearInterval(keepAlive));
  const maintenance = startMaintenance({
    storage,
    clock,
    onFailure: (error) => tellMaintenanceFailure(error, { ...options, log: ports.log }),
  });
  closers.push(() => maintenance.cancel());
  const closing = oneClosing({ engine, server, maintenance, closers });
  let isStarted = false;
  return {
    engine,
    storage,
    recovery,
    policies,
    safeStart,
    notices,
    endedChildProcesses: [...endedHere, ...endedShared],
    get followers() {
      return server?.followers ?? 0;
    },
    startEngine() {
      if (isStarted) return;
      isStarted = true;
      engine.start();
    },
    submitWorkflow: (submission) => submitWorkflow({ ...ports, engine }, submission),
    close: closing,
  };
}

function engineOverrides({
  onlyRuns,
  forcedEndMs,
  maxConcurrentRuns,
}: CoreOptions): Partial<EngineOptions> {
  return {
    ...(onlyRuns === undefined ? {} : { onlyRuns }),
    ...(maxConcurrentRuns === undefined ? {} : { maxConcurrentRuns }),
    ...(forcedEndMs === undefined ? {} : { forcedEndMs }),
  };
}

/** Where a shared database is all that is needed, nobody owns the folder. */
function ownsFolder({ database, kind }: CoreOptions): boolean {
  const hasScreens = kind === "app" || kind === "serve";
  return database?.kind !== "postgres" || hasScreens;
}

/** The door for other processes. */
async function openDoor(
  { options, closers, accepting }: Start,
  owner: LockHolder,
): Promise<ControlServer> {
  const server = await startControlServer({
    address: controlAddress(options.dataFolder.path),
    owner,
    core: accepting,
  });
  closers.push(() => server.close({ graceMs: lastAnswersMs }));
  return server;
}

/** In a shared database: another life of this very app, and not a colleague's. */
function isSameApp(one: EngineInstance, { machineId }: MachineIdentity, name: string): boolean {
  return one.machineId === machineId && one.kind === name;
}

/** How long clients may take to read that their run stopped. */
const lastAnswersMs = 1_000;

interface Closing {
  readonly engine: Engine;
  readonly server: ControlServer | null;
  readonly maintenance: Maintenance;
  readonly closers: readonly Closer[];
}

function oneClosing({ engine, server, maintenance, closers }: Closing): Core["close"] {
  let closed: Promise<void> | null = null;
  const close = async (drainMs: number): Promise<void> => {
    // Whoever asks from now on tries again with the next owner.
    server?.stopAccepting();
    try {
      await engine.stop({ drainMs });
      // Those who follow a run are told how it was left, while that can still be read.
      await server?.close({ graceMs: lastAnswersMs });
      await maintenance.end();
    } finally {
      await closeAll(closers);
    }
  };
  return ({ drainMs }) => (closed ??= close(drainMs));
}

function tellMaintenanceFailure(
  error: unknown,
  { onNotice, log }: Pick<CoreOptions, "onNotice"> & Pick<CorePorts, "log">,
): void {
  const message = `The data could not be backed up and tidied; runs are not affected, and it is tried again. ${messageOf(error)}`;
  log("error", message);
  onNotice?.({ code: "MAINTENANCE_FAILED", message });
}

/** Closes everything even where one fails, then throws the first failure. */
async function closeAll(closers: readonly Closer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
