import { expect, vi } from "vitest";
import type { EngineOptions } from "../../app/engine/engine-ports.ts";
import type { StartRunRequest } from "../../app/engine/engine-requests.ts";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { Group } from "../../app/storage/change.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { systemPorts } from "../../src-main/core/system-ports.ts";
import { machineIdentity } from "../../src-main/machine-identity.ts";
import {
  openTestStorage,
  type PostgresUnderTest,
  type TestServer,
} from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { handlerType, human, pin, type WorkflowSource } from "../../src-main/testing/engine-bed.ts";
import { openSharedEngine, type SharedEngine } from "./shared-engine.ts";

const never = 3_600_000;
const longestMs = 15_000;

/** Where an engine is brought before its form, and from where it goes on. */
export interface Stage {
  /** Opens the engine that will be fenced. */
  subject(options?: Partial<EngineOptions>): Promise<SharedEngine>;
  /** A run that an engine which is gone brought so far. */
  left(workflow: WorkflowSource, how: Left): Promise<string>;
}

export type Left = "queued" | "settled" | "parked" | "stalled" | "poisoned";
export type Play = (stage: Stage) => Promise<unknown>;

export type Act = (shared: SharedEngine, runId: string) => Promise<unknown>;

export interface Fenced {
  readonly shared: SharedEngine;
  /** What whoever asked for it was answered; null when nobody waited for an answer. */
  readonly error: unknown;
}

/** The call of its storage before which the engine is fenced. */
export interface Before {
  readonly call: Call;
  /** Which of the commits. */
  readonly isIt?: (groups: readonly Group[]) => boolean;
  /** Whether the engine stops by itself, as it does when it is told; true by default. */
  readonly stops?: boolean;
}

type Call =
  | "commit"
  | "heartbeatWorkflow"
  | "listClaimableRuns"
  | "putChildProcess"
  | "recoverInterruptedRuns"
  | "removeChildProcess";

/**
 * Plays until a call, lets another engine take over, and then lets the call go on. Only the right to write is
 * taken: the runs stay as the fenced engine knows them, so that nothing else refuses it. Fails when the call
 * does not come, when the engine does not stop, or when any table of the schema has changed after the fence.
 */
export async function playFenced(server: TestServer, play: Play, before: Before): Promise<Fenced> {
  const other = await openTestStorage(server);
  const opened: SharedEngine[] = [];
  const reached = Promise.withResolvers<string>();
  let subject: SharedEngine | null = null;
  let isArmed = true;

  async function open(...given: Parameters<typeof openSharedEngine>): Promise<SharedEngine> {
    const shared = await openSharedEngine(...given);
    opened.push(shared);
    return shared;
  }

  function gate(storage: Storage, isOpen: Promise<void>): Storage {
    const underWay = new Set<Promise<unknown>>();
    return new Proxy(storage, {
      get(target, name): unknown {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return async (...args: readonly unknown[]) => {
          await isOpen;
          if (name === before.call && isIt(args)) await takeOver(underWay);
          const call = Promise.resolve(Reflect.apply(member, target, args) as unknown);
          underWay.add(call);
          return call.finally(() => underWay.delete(call));
        };
      },
    });
  }

  function isIt([groups]: readonly unknown[]): boolean {
    if (!isArmed) return false;
    // Those are the arguments of `commit`, which is the only call with a condition.
    return before.isIt?.(groups as readonly Group[]) ?? true;
  }

  async function takeOver(underWay: ReadonlySet<Promise<unknown>>): Promise<void> {
    isArmed = false;
    try {
      if (subject === null) throw new Error("a play opens the engine that is fenced");
      await other.loseOwner(subject.engine.fence);
      await other.storage.registerInstance(newInstance());
      // An offer that began before the fence may end after it.
      await Promise.allSettled(underWay);
      reached.resolve(await checksums(server, other.url));
    } catch (error) {
      reached.reject(error);
    }
  }

  const stage: Stage = {
    async subject(engine = {}) {
      const isOpen = Promise.withResolvers<void>();
      subject = await open({
        url: other.url,
        nodeTypes,
        engine: { heartbeatIntervalMs: never, ...engine },
        gate: (storage) => gate(storage, isOpen.promise),
      });
      isOpen.resolve();
      return subject;
    },
    left: (workflow, how) => leaveRun({ server, other, open, workflow, how }),
  };

  try {
    const played = play(stage).then(
      () => null,
      (error: unknown) => {
        if (isArmed) reached.reject(error);
        return error;
      },
    );
    const atFence = await within(reached.promise, "the form is reached");
    const error = await within(played, "whoever asked is answered");
    if (subject === null) throw new Error("a play opens the engine that is fenced");
    const shared: SharedEngine = subject;
    if (before.stops !== false) await within(shared.noticed("FENCED"), "the engine stops");
    // What it would still write it has written when its storage is closed.
    await end(shared);
    expect(await checksums(server, other.url)).toBe(atFence);
    return { shared, error };
  } finally {
    for (const shared of opened) await end(shared);
    await other.close();
  }
}

async function leaveRun(parts: {
  readonly server: TestServer;
  readonly other: PostgresUnderTest;
  readonly open: typeof openSharedEngine;
  readonly workflow: WorkflowSource;
  readonly how: Left;
}): Promise<string> {
  const { server, other, open, workflow, how } = parts;
  const { url } = other;
  const options = { url, nodeTypes, engine: how === "queued" ? { maxConcurrentRuns: 0 } : {} };
  const first = await open(options);
  const runId = await start(first, workflow);
  if (how === "settled" || how === "parked")
    await first.engine.waitForRun(runId, { untilParked: true });
  if (how !== "poisoned") {
    await end(first);
    return runId;
  }
  // Three engines die in a row with an attempt in flight.
  const fence = await other.storage.registerInstance(newInstance());
  for (let owner = first; ; owner = await open(options)) {
    if (owner !== first) {
      // What was offered to the dead one is kept from others for some seconds.
      await server.raw(url, "update workflow_run set offered_until = null");
      await resume(owner, runId);
      await vi.waitUntil(() => owner.engine.isActive(runId), { timeout: longestMs });
      await vi.waitUntil(async () => (await other.storage.getRun(runId))?.status === "running", {
        timeout: longestMs,
      });
    }
    const { poisoned } = await other.storage.recoverInterruptedRuns({
      fence,
      at: new Date().toISOString(),
      thresholdSecs: 30,
      bootId: machineIdentity().bootId,
      scope: "start",
      deadInstances: [owner.engine.fence.instanceId],
    });
    await end(owner);
    if (poisoned.length > 0) return runId;
  }
}

const newInstance = () => ({
  ...machineIdentity(),
  instanceId: systemPorts.newUuid(),
  kind: "faults",
  appVersion: "faults",
  at: new Date().toISOString(),
});

/** One that was fenced has nothing to end cleanly, and says so. */
async function end({ engine, storage }: SharedEngine): Promise<void> {
  await engine.stop({ drainMs: 0 }).catch(() => undefined);
  await storage.close();
}

/** Of every row of every table that is in the schema. */
async function checksums(server: TestServer, url: string): Promise<string> {
  const tables = await server.raw<{ name: string }>(
    url,
    "select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1",
  );
  const sums = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*), md5(string_agg(t::text, '|' order by t::text)) from ${name} t`,
  );
  const rows = await server.raw<object>(url, sums.join(" union all ") + " order by name");
  return JSON.stringify(rows, null, 1);
}

/** Fails after a while, with what was waited for. */
async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It does not come that ${what}.`)), longestMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const resume: Act = ({ engine }, runId) =>
  engine.resumeRun({ runId, actor: human, confirmPoisoned: true });

export async function start(
  { engine }: SharedEngine,
  workflow: WorkflowSource,
  request: Partial<StartRunRequest> = {},
): Promise<string> {
  const definition = pin(workflow, systemPorts.digest);
  const started = await engine.startRun({
    definition,
    input: null,
    grants: [],
    actor: human,
    ...request,
  });
  return started.runId;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  });
}

const nodeTypes = [
  handlerType("test.hang", (_input, { signal }) => untilAborted(signal)),
  handlerType("test.lost", () => {
    throw new HandlerError("CHILD_LOST", "It is gone.");
  }),
  handlerType("test.fail", () => {
    throw new Error("It failed.");
  }),
  handlerType("test.pause", () => new Promise((resolve) => setTimeout(() => resolve(1), 40))),
  handlerType("test.steps", async (_input, context) => {
    await context.step("intended", () => 1, { replay: "external" });
    return context.step("recorded", () => 2);
  }),
  handlerType("test.child", async (input, context) => {
    await context.registerChildProcess?.({ pid: process.pid, startTime: "then" });
    return input["hangs"] === true ? untilAborted(context.signal) : 1;
  }),
];
