import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { EngineState } from "../../app/contract/engine.ts";
import type { LogLevel } from "../../app/contract/run.ts";
import type { UpdateAction, UpdateState } from "../../app/contract/update.ts";
import type { NodeRegistry } from "../../app/engine/node-registry.ts";
import type { Actor } from "../../app/model/actor.ts";
import type { DataFolderChoice } from "../data-folder.ts";
import type { Core } from "./core.ts";
import { nodeRegistry } from "./core-ports.ts";
import type { DatabaseChoice } from "./database-choice.ts";
import { createDataDesk } from "./data-desk.ts";
import { createDispatch, type Dispatch } from "./dispatch.ts";
import { createEngineDesk, type EngineDesk } from "./engine-desk.ts";
import { createHostDesk, type HostAction } from "./host-desk.ts";
import { createMoveDesk } from "./move-desk.ts";
import { createHandlers } from "./handlers.ts";
import type { HandlerParts } from "./handlers/handler.ts";
import { resumeSafe } from "./handlers/recovery-handlers.ts";
import { createExportShelf } from "./keeping/export-shelf.ts";
import { openPutOffRuns } from "./keeping/put-off-runs.ts";
import { openRememberedGrants } from "./keeping/remembered-grants.ts";
import { readSamples } from "./keeping/samples.ts";
import { openSettings } from "./keeping/settings-store.ts";
import { openWorkflowLibrary } from "./keeping/workflow-library.ts";
import { createLive, type Live } from "./live/subscriptions.ts";
import { startReader, type Reader } from "./reading/start-reader.ts";
import { runsInState } from "./runs-in-state.ts";
import { createSecretDesk, type SecretDesk } from "./secret-desk.ts";
import type { OnCoreProgress } from "./core-step.ts";
import { startCore } from "./start-core.ts";
import { systemPorts } from "./system-ports.ts";
import { createUpdateDesk, type UpdateDesk } from "./update-desk.ts";

export interface HostedCoreOptions {
  readonly dataFolder: DataFolderChoice;
  readonly database: DatabaseChoice;
  readonly host: EngineState["host"];
  /** For the message that a second process shows: `handshake serve`. */
  readonly name: string;
  /** Where relative folders of workflows without a file begin; a folder in the person's home by default. */
  readonly workFolder?: string | undefined;
  readonly log: (level: LogLevel, source: string, message: string) => void;
  readonly isRestart: boolean;
  readonly onProgress?: OnCoreProgress;
  /** A person asks something of the app's updates; null where the host has none. */
  readonly onUpdateAction: ((action: UpdateAction) => void) | null;
  /** What the host does when a person asks for it. */
  readonly abilities: readonly HostAction[];
  readonly onHostAction: (action: HostAction) => void;
  readonly forcedEndMs?: number;
}

/** A core with everything that screens ask of it. */
export interface HostedCore {
  readonly core: Core;
  readonly dispatch: Dispatch;
  readonly state: () => EngineState;
  /** The host tells how it stands with the app's updates. */
  readonly setUpdate: (state: UpdateState) => void;
  /** The host tells which folder a person chose in its dialog. */
  readonly setChosenFolder: (folder: string | null) => void;
  /** The person, as history records them. */
  readonly actor: Actor;
  /**
   * Drains, stalls what is left, marks the clean end, then closes reader, writer and lock. Called again
   * with 0 while it drains, it stops draining.
   */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/** Owns the data folder, recovers it, and answers requests; the engine runs unless this is a safe start. */
export async function startHostedCore(options: HostedCoreOptions): Promise<HostedCore> {
  const reader = startReader();
  try {
    const owned = await ownData(options);
    try {
      return await host(options, owned, reader);
    } catch (error) {
      await owned.core.close({ drainMs: 0 });
      throw error;
    }
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** A core, and what was made for it that screens ask for, too. */
interface OwnedData {
  readonly core: Core;
  readonly registry: NodeRegistry;
  readonly secretDesk: SecretDesk;
  /** What the core says before there is a desk stands in the log. */
  desk: EngineDesk | null;
}

async function ownData(options: HostedCoreOptions): Promise<OwnedData> {
  const {
    dataFolder,
    database,
    host: kind,
    name,
    isRestart,
    log,
    onProgress,
    forcedEndMs,
  } = options;
  const secretDesk = createSecretDesk(process.env);
  const registry = nodeRegistry(dataFolder.path);
  const owned: { desk: EngineDesk | null } = { desk: null };
  const core = await startCore({
    dataFolder,
    database,
    kind,
    name,
    isRestart,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(forcedEndMs === undefined ? {} : { forcedEndMs }),
    onNotice: (notice) => owned.desk?.notify(notice),
    ports: {
      registry,
      secrets: secretDesk.source,
      log: (level, message, details) =>
        log(
          level,
          "engine",
          [message, ...(details === undefined ? [] : [JSON.stringify(details)])].join(" "),
        ),
    },
  });
  return Object.assign(owned, { core, registry, secretDesk });
}

async function host(
  options: HostedCoreOptions,
  owned: OwnedData,
  reader: Reader,
): Promise<HostedCore> {
  const { dataFolder, database, host: kind, log, onUpdateAction } = options;
  const { core } = owned;
  const now = (): number => systemPorts.clock.now();
  await reader.open(dataFolder.path, database);
  const updateDesk = createUpdateDesk({ host: kind, onAction: onUpdateAction });
  const engineDesk = createEngineDesk(core, { kind, now, updateDesk });
  owned.desk = engineDesk;
  const parts = handlerParts({ options, owned, reader, engineDesk, updateDesk, now });
  const onUnknownError = (error: unknown): void => log("error", "core", stackOf(error));
  const { reads } = reader;
  const live = createLive({ engine: core.engine, reads, engineDesk, now, onUnknownError });
  if (!core.safeStart) {
    await resumeAsSet(parts);
    core.startEngine();
  }
  return {
    core,
    dispatch: createDispatch({ handlers: createHandlers(parts), live, onUnknownError }),
    state: () => engineDesk.state(),
    setUpdate: (state) => engineDesk.setUpdate(state),
    setChosenFolder: (folder) => parts.hostDesk.chosen(folder),
    actor: { kind: "human", id: userInfo().username, via: kind },
    close: oneClosing({ core, engineDesk, live, reader }),
  };
}

function handlerParts(made: {
  readonly options: HostedCoreOptions;
  readonly owned: OwnedData;
  readonly reader: Reader;
  readonly engineDesk: EngineDesk;
  readonly updateDesk: UpdateDesk;
  readonly now: () => number;
}): HandlerParts {
  const { options, owned, reader, engineDesk, updateDesk, now } = made;
  const { core, registry, secretDesk } = owned;
  const { log, workFolder = join(homedir(), "Handshake"), abilities, onHostAction } = options;
  const { path: dataFolder } = options.dataFolder;
  const onDamage = (path: string): void =>
    log("warn", "core", `${path} is damaged and counts as empty until something is saved.`);
  return {
    core,
    reads: reader.reads,
    registry,
    digest: systemPorts.digest,
    now,
    engineDesk,
    updateDesk,
    moveDesk: createMoveDesk(dataFolder),
    hostDesk: createHostDesk({ abilities, onAction: onHostAction }),
    secretDesk,
    dataDesk: createDataDesk(dataFolder, core.storage),
    settings: openSettings(dataFolder, onDamage),
    putOff: openPutOffRuns(dataFolder, onDamage),
    grants: openRememberedGrants(dataFolder, onDamage),
    library: openWorkflowLibrary(dataFolder, onDamage),
    samples: readSamples(),
    exports: createExportShelf(now),
    dataFolder,
    workFolder,
    log,
  };
}

function oneClosing(parts: {
  readonly core: Core;
  readonly engineDesk: EngineDesk;
  readonly live: Live;
  readonly reader: Reader;
}): HostedCore["close"] {
  const { core, engineDesk, live, reader } = parts;
  const hurried = Promise.withResolvers<void>();
  let closed: Promise<void> | null = null;
  const close = async (drainMs: number): Promise<void> => {
    engineDesk.markStopping();
    try {
      const drained = core.engine.stop({ drainMs });
      // When it is overtaken, it finds the storage closed.
      drained.catch(() => undefined);
      await Promise.race([drained, hurried.promise.then(() => core.engine.stop({ drainMs: 0 }))]);
    } finally {
      engineDesk.close();
      live.close();
      // The writer is the last connection: it writes its log back into the file.
      await reader.close();
      await core.close({ drainMs: 0 });
    }
  };
  return ({ drainMs }) => {
    if (drainMs === 0) hurried.resolve();
    return (closed ??= close(drainMs));
  };
}

/** "Resume safe ones automatically": by the person's setting, and recorded as that. */
async function resumeAsSet(parts: HandlerParts): Promise<void> {
  if (parts.settings.get().onLaunch !== "resume-safe") return;
  const runIds: string[] = [];
  for await (const { runId } of runsInState(parts.core.storage, "stalled")) runIds.push(runId);
  const { resumed } = await resumeSafe(parts, runIds, {
    signal: new AbortController().signal,
    actor: { kind: "policy", id: "setting:resume-safe" },
  });
  if (resumed.length === 0) return;
  const runs = resumed.length === 1 ? "1 interrupted run" : `${resumed.length} interrupted runs`;
  parts.engineDesk.notify({
    code: "RESUMED_BY_SETTING",
    message: `Resumed ${runs}, as you set it.`,
  });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
