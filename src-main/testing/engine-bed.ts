import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "../../app/engine/create-engine.ts";
import type { Engine } from "../../app/engine/engine.ts";
import type { EngineOptions } from "../../app/engine/engine-ports.ts";
import type { StartedRun, StartRunRequest } from "../../app/engine/engine-requests.ts";
import type { LimitShares } from "../../app/engine/limit-shares.ts";
import type { NodeContext, NodeType } from "../../app/engine/node-registry.ts";
import { createNodeRegistry } from "../../app/engine/node-registry.ts";
import { timestamp } from "../../app/engine/clock.ts";
import { newRunId } from "../../app/model/execution-id.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import { parseJson } from "../../app/model/json.ts";
import type { NodeExecution } from "../../app/model/node-execution.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import { WorkflowDefinition } from "../../app/model/workflow-definition.ts";
import type { PinnedDefinition } from "../../app/model/workflow-definition.ts";
import type { RecoveryReport } from "../../app/storage/storage.ts";
import { approval } from "../nodes/approval.ts";
import { delay } from "../nodes/delay.ts";
import { transform } from "../nodes/transform.ts";
import type { SqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { FakeClock } from "./fake-clock.ts";
import { createFakeClock, settle } from "./fake-clock.ts";

export const human = { kind: "human", via: "test" } as const;

/** An engine on a real SQLite file with a fake clock, which a test can crash and start again. */
export interface EngineBed {
  readonly clock: FakeClock;
  readonly folder: string;
  engine: Engine;
  storage: SqliteStorage;
  /** What the recovery of the newest start found. */
  recovery: RecoveryReport;
  /** Which handlers were called, in order: `<node>#<attempt>`. */
  readonly calls: string[];
  start(workflow: WorkflowSource, request?: Partial<StartRunRequest>): Promise<StartedRun>;
  /** The process dies: nothing more is written, the file is opened again, and recovery runs. */
  crash(options?: CrashOptions): Promise<void>;
  nodes(runId: string): Promise<readonly NodeExecution[]>;
  node(runId: string, nodePath: string): Promise<NodeExecution>;
  events(runId: string): Promise<readonly RunEvent[]>;
  output(runId: string): Promise<JsonValue>;
  nodeOutput(runId: string, nodePath: string): Promise<JsonValue>;
  status(runId: string): Promise<string>;
  /** Waits, in turns of the event loop, until `isTrue`; fails after many. */
  until(isTrue: () => boolean | Promise<boolean>, what?: string): Promise<void>;
  close(): Promise<void>;
}

export interface CrashOptions {
  /** The new process runs after a reboot. */
  readonly newBoot?: boolean;
  /** Whether the new engine claims queued runs; true by default. */
  readonly starts?: boolean;
}

/** A workflow file as a test writes it: format, name and version are filled in. */
export type WorkflowSource = { readonly nodes: readonly object[]; readonly [key: string]: unknown };

/** A node type whose handler the test gives. */
export function handlerType(
  type: string,
  execute: NodeType["execute"],
  declared: Partial<NodeType> = {},
): NodeType {
  return {
    type,
    description: `test type ${type}`,
    version: 1,
    inputSchema: {},
    outputSchema: {},
    defaultReplay: "idempotent",
    sensitive: false,
    families: [],
    defaultPlacement: "any",
    kind: "handler",
    execute,
    ...declared,
  };
}

export async function createEngineBed(
  types: readonly NodeType[] = [],
  options: Partial<EngineOptions> & {
    readonly secrets?: Readonly<Record<string, string>>;
    readonly limitShares?: LimitShares;
  } = {},
): Promise<EngineBed> {
  const clock = createFakeClock();
  const folder = mkdtempSync(join(tmpdir(), "handshake-engine-"));
  const calls: string[] = [];
  const registry = createNodeRegistry(
    [transform, delay, approval, ...types].map((type) => counted(type, calls)),
  );
  let uuidNumber = 0;
  let boot = 1;
  const digest = (text: string) => ({
    sha256: hash("sha256", text, "hex"),
    bytes: Buffer.byteLength(text),
  });
  const newUuid = (): string => {
    uuidNumber += 1;
    return `00000000-0000-4000-8000-${String(uuidNumber).padStart(12, "0")}`;
  };

  async function open(
    starts: boolean,
  ): Promise<Pick<EngineBed, "engine" | "storage" | "recovery">> {
    const storage = await openSqliteStorage({
      folder,
      appVersion: "0.0.0-test",
      now: () => clock.now(),
    });
    const at = timestamp(clock.now());
    const fence = await storage.registerInstance({
      instanceId: newUuid(),
      kind: "test",
      pid: process.pid,
      processStartedAt: at,
      bootId: `boot-${boot}`,
      machineId: "machine",
      appVersion: "0.0.0-test",
      at,
    });
    const recovery = await storage.recoverInterruptedRuns({
      fence,
      at,
      thresholdSecs: 30,
      bootId: `boot-${boot}`,
      scope: "start",
    });
    const { secrets = {}, limitShares, ...engineOptions } = options;
    const engine = createEngine(
      {
        storage,
        fence,
        clock,
        registry,
        digest,
        newUuid,
        newRunId: () => newRunId(clock.now(), crypto.getRandomValues(new Uint8Array(6))),
        random: () => 0.5,
        secrets: { get: (name) => Promise.resolve(secrets[name] ?? null) },
        machineId: "machine",
        ...(limitShares === undefined ? {} : { limitShares }),
        isolate: () => Promise.reject(new Error("No isolated expressions in this test.")),
        log: () => undefined,
      },
      engineOptions,
    );
    if (starts) engine.start();
    return { engine, storage, recovery };
  }

  const bed: EngineBed = {
    clock,
    folder,
    calls,
    ...(await open(true)),
    start: (workflow, request = {}) =>
      bed.engine.startRun({
        definition: pin(workflow, digest),
        input: null,
        grants: [],
        actor: human,
        ...request,
      }),
    async crash({ newBoot = false, starts = true } = {}) {
      if (newBoot) boot += 1;
      const dead = bed.storage;
      await dead.close();
      clock.clearTimers();
      Object.assign(bed, await open(starts));
    },
    async nodes(runId) {
      return bed.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 100_000 });
    },
    async node(runId, nodePath) {
      const found = (await bed.nodes(runId)).find((node) => node.nodePath === nodePath);
      if (found === undefined) throw new Error(`Run ${runId} has no execution of ${nodePath}.`);
      return found;
    },
    events: (runId) => bed.storage.listRunEvents(runId, { after: 0, limit: 1_000_000 }),
    async output(runId) {
      const payload = await bed.storage.getPayload({ of: "run", runId, slot: "output" });
      return payload === null ? null : parseJson(payload.text);
    },
    async nodeOutput(runId, nodePath) {
      const { nodeExecutionId } = await bed.node(runId, nodePath);
      const payload = await bed.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" });
      return payload === null ? null : parseJson(payload.text);
    },
    async status(runId) {
      return (await bed.storage.getRun(runId))?.status ?? "absent";
    },
    async until(isTrue, what = isTrue.toString()) {
      for (let turn = 0; turn < 5_000; turn += 1) {
        if (await isTrue()) return;
        await settle(1);
      }
      throw new Error(`It never came true: ${what}`);
    },
    async close() {
      const stopped = bed.engine.stop({ drainMs: 0 });
      await clock.advance(10_000);
      await stopped;
      await bed.storage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bed;
}

export function pin(
  workflow: WorkflowSource,
  digest: (text: string) => { readonly sha256: string },
): PinnedDefinition {
  const file = { formatVersion: 1, id: "test", name: "Test", version: 1, ...workflow };
  const source = JSON.stringify(file);
  return {
    hash: digest(source).sha256,
    source,
    resolved: WorkflowDefinition.parse(file),
    nodeTypeVersions: {},
  };
}

function counted(type: NodeType, calls: string[]): NodeType {
  return {
    ...type,
    execute(input: JsonObject, context: NodeContext) {
      calls.push(`${context.nodePath}#${context.attempt}`);
      return type.execute(input, context);
    },
  };
}
