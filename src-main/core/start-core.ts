import { timestamp } from "../../app/engine/clock.ts";
import { createEngine } from "../../app/engine/create-engine.ts";
import type { Engine } from "../../app/engine/engine.ts";
import type { EnginePorts } from "../../app/engine/engine-ports.ts";
import { messageOf } from "../../app/engine/to-error.ts";
import { ensureDataFolder, type DataFolderChoice } from "../data-folder.ts";
import { machineIdentity } from "../machine-identity.ts";
import { appVersion } from "./app-version.ts";
import { applyPolicies } from "./apply-policies.ts";
import { controlAddress } from "./control-address.ts";
import { startControlServer, type ControlServer } from "./control-server.ts";
import type { Core, CoreNotice } from "./core.ts";
import { corePorts, type CorePorts } from "./core-ports.ts";
import { endLeftoverChildren, recoverAtStart } from "./recover-at-start.ts";
import { startMaintenance, type Maintenance } from "./maintenance.ts";
import { needsSafeStart } from "./safe-start.ts";
import { submitWorkflow } from "./submit-workflow.ts";

export interface CoreOptions {
  readonly dataFolder: DataFolderChoice;
  /** What starts it; for the message that a second process shows. */
  readonly kind: CoreKind;
  /** The command, where there is one: `handshake run`. */
  readonly name?: string;
  /** Interrupted runs only get their mark; what their workflows stored for this case waits. */
  readonly withoutPolicies?: boolean;
  /** For tests, and for hosts that keep secrets elsewhere. */
  readonly ports?: Partial<CorePorts>;
  readonly onProgress?: (step: CoreStep) => void;
  readonly onNotice?: (notice: CoreNotice) => void;
}

export type CoreKind = "cli" | "serve" | "app";
export type CoreStep = "locking" | "opening" | "recovering" | "starting" | "accepting";

/**
 * Owns the data folder and brings it into order: lock → open, back up, migrate → register → end leftover
 * children → recover → engine → stored policies. Only then is work accepted; what other processes ask
 * meanwhile waits, and is refused with the reason when this fails. Throws StorageError (IN_USE names the
 * owner), DataFolderError.
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
  const { dataFolder, kind, name = kind, onProgress } = options;
  const { clock } = ports;
  const identity = machineIdentity();
  const startedAt = timestamp(clock.now());

  onProgress?.("locking");
  ensureDataFolder(dataFolder);
  const owner = { kind: name, pid: identity.pid, since: startedAt };
  const lock = ports.takeLock(dataFolder.path, owner);
  closers.push(() => lock.release());
  const server = await startControlServer({
    address: controlAddress(dataFolder.path),
    owner,
    core: accepting,
  });
  closers.push(() => server.close({ graceMs: lastAnswersMs }));

  onProgress?.("opening");
  const storage = await ports.openStorage(dataFolder.path);
  closers.push(() => storage.close());
  const safeStart = needsSafeStart(await storage.listInstances(10), clock.now());
  const instanceId = ports.newUuid();
  const fence = await storage.registerInstance({
    ...identity,
    instanceId,
    kind: name,
    appVersion,
    at: startedAt,
  });

  onProgress?.("recovering");
  const endedChildProcesses = await endLeftoverChildren(storage);
  const { bootId } = identity;
  const recovery = await recoverAtStart({ storage, fence, clock, bootId });

  onProgress?.("starting");
  const isolated = ports.isolatedExpressions();
  closers.push(() => isolated.close());
  const enginePorts: EnginePorts = {
    ...ports,
    storage,
    fence,
    machineId: identity.machineId,
    isolate: (source, scope) => isolated.evaluate(source, scope),
  };
  const engine = createEngine(enginePorts);
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
    endedChildProcesses,
    get followers() {
      return server.followers;
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

/** How long clients may take to read that their run stopped. */
const lastAnswersMs = 1_000;

interface Closing {
  readonly engine: Engine;
  readonly server: ControlServer;
  readonly maintenance: Maintenance;
  readonly closers: readonly Closer[];
}

function oneClosing({ engine, server, maintenance, closers }: Closing): Core["close"] {
  let closed: Promise<void> | null = null;
  const close = async (drainMs: number): Promise<void> => {
    // Whoever asks from now on tries again with the next owner.
    server.stopAccepting();
    try {
      await engine.stop({ drainMs });
      // Those who follow a run are told how it was left, while that can still be read.
      await server.close({ graceMs: lastAnswersMs });
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
