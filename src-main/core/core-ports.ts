import type { EnginePorts } from "../../app/engine/engine-ports.ts";
import { createNodeRegistry, type NodeRegistry } from "../../app/engine/node-registry.ts";
import { builtInNodeTypes } from "../nodes/built-in-nodes.ts";
import { takeDataLock, type DataLock, type LockHolder } from "../storage/sqlite/data-lock.ts";
import type { OnCoreProgress } from "./core-step.ts";
import type { DatabaseChoice } from "./database-choice.ts";
import { createIsolatedExpressions, type IsolatedExpressions } from "./isolated-expressions.ts";
import { machineSecrets } from "./machine-secrets.ts";
import type { MaintainedStorage } from "./maintenance.ts";
import { openStorage } from "./open-storage.ts";
import { systemPorts } from "./system-ports.ts";

/** Everything that a core takes from outside; tests and other hosts replace parts of it. */
export interface CorePorts extends Omit<EnginePorts, "storage" | "fence" | "isolate"> {
  takeLock(dataFolder: string, holder: LockHolder): DataLock;
  openStorage(
    dataFolder: string,
    database: DatabaseChoice,
    onProgress?: OnCoreProgress,
  ): Promise<MaintainedStorage>;
  isolatedExpressions(): IsolatedExpressions;
}

export function corePorts(dataFolder: string): CorePorts {
  return {
    ...systemPorts,
    registry: nodeRegistry(dataFolder),
    secrets: machineSecrets(process.env),
    log: logToStandardError,
    takeLock: takeDataLock,
    openStorage,
    isolatedExpressions: () => createIsolatedExpressions(),
  };
}

/** The node types of this app, for a data folder that they may not touch. */
export function nodeRegistry(dataFolder: string): NodeRegistry {
  return createNodeRegistry(builtInNodeTypes({ dataFolder }));
}

// A command has no log of its own: what a person should know comes as a notice.
const logToStandardError: EnginePorts["log"] = (level, message, details) => {
  if (process.env["HANDSHAKE_DEBUG"] !== "1") return;
  process.stderr.write(
    `[${level}] ${message} ${details === undefined ? "" : JSON.stringify(details)}\n`,
  );
};
