import { parseJson } from "../model/json.ts";
import type { Change } from "../storage/change.ts";
import type { ActiveRun, AttemptHandle } from "./active-run.ts";
import type { AttemptAbort } from "./attempt-abort.ts";
import { timestamp } from "./clock.ts";
import { EngineError } from "./engine-error.ts";
import { ruleFor } from "./grant-rule.ts";
import { HandlerError } from "./handler-error.ts";
import type { NodeContext } from "./node-registry.ts";
import { payloadOf, type MetricsCounter } from "./run-attempt.ts";
import type { LoadedSecrets } from "./run-secrets.ts";
import { nodePathOf, type LiveNode } from "./run-state.ts";
import { createSubSteps } from "./sub-steps.ts";
import { toError } from "./to-error.ts";

/** What earlier attempts of a node recorded. */
export interface StoredSteps {
  readonly steps: Awaited<ReturnType<ActiveRun["internals"]["ports"]["storage"]["listSubSteps"]>>;
  readonly mayRepeatIntended: boolean;
}

/** What an attempt's handler is called with, and for whom. */
export interface ContextParts {
  readonly run: ActiveRun;
  readonly live: LiveNode;
  readonly handle: AttemptHandle;
  readonly abort: AttemptAbort;
  readonly metrics: MetricsCounter;
  readonly secrets: LoadedSecrets | null;
  readonly stored: StoredSteps;
}

/** What a handler may ask of the engine. */
export function createContext(parts: ContextParts): NodeContext {
  const { run, live, handle, abort, metrics, secrets } = parts;
  const { ports, bus } = run.internals;
  const nodePath = nodePathOf(run.state, live.index);
  const marker = secrets?.marker ?? null;
  let idempotencyKey: string | null = null;
  const keyOnce = (): string => (idempotencyKey ??= idempotencyKeyOf(run, nodePath, live));
  let step: NodeContext["step"] | null = null;
  return {
    // Made when it is asked for.
    get signal() {
      return abort.signal;
    },
    get idempotencyKey() {
      return keyOnce();
    },
    attempt: handle.number,
    runId: run.runId,
    nodePath,
    folder: run.state.run.trigger.folder ?? null,
    step(name, fn, options) {
      step ??= createSubSteps({
        nodeExecutionId: live.nodeExecutionId,
        attempt: handle.number,
        idempotencyKey: keyOnce(),
        stored: parts.stored.steps,
        mayRepeatIntended: parts.stored.mayRepeatIntended,
        signal: abort.signal,
        loadOutput: (stepName, n) => loadStep(run, live, stepName, n),
        encode: (value) => payloadOf(value, marker, ports.digest),
        digest: ports.digest,
        commit: (change) => commitForAttempt(run, handle, change),
      });
      return step(name, fn, options);
    },
    progress(fraction, message) {
      if (!bus.hasListeners || handle.isOver) return;
      const text = message === undefined ? null : mark(marker, message);
      bus.publish({
        kind: "progress",
        runId: run.runId,
        nodePath,
        attempt: handle.number,
        fraction,
        message: text,
      });
    },
    log(level, message) {
      const text = mark(marker, message);
      run.internals.logs.add({
        runId: run.runId,
        nodeExecutionId: live.nodeExecutionId,
        attempt: handle.number,
        at: timestamp(ports.clock.now()),
        level,
        text,
      });
      if (bus.hasListeners) bus.publish({ kind: "log", runId: run.runId, nodePath, level, text });
    },
    addMetrics: (added) => metrics.add(added),
    async secret(name) {
      const loaded = secrets ?? (await run.secrets.load());
      return loaded.pick([name]).get(name) ?? "";
    },
    requireCapability: (capability) => requireCapability(run, handle, nodePath, capability),
    async registerChildProcess(child) {
      const { nodeExecutionId } = live;
      handle.hasChildProcess = true;
      await ports.storage.putChildProcess({
        ...child,
        nodeExecutionId,
        runId: run.runId,
        nodePath,
      });
    },
  };
}

function mark(marker: LoadedSecrets["marker"] | null, text: string): string {
  return marker === null ? text : marker.markText(text);
}

/** engine.md §1: the same over all attempts, resumes and retries from failure. */
function idempotencyKeyOf(run: ActiveRun, nodePath: string, live: LiveNode): string {
  const { digest } = run.internals.ports;
  return digest([run.state.run.keyScope, nodePath, "", String(live.generation)].join("\n")).sha256;
}

async function loadStep(run: ActiveRun, live: LiveNode, name: string, n: number) {
  const { nodeExecutionId } = live;
  const payload = await run.internals.ports.storage.getPayload({
    of: "step",
    nodeExecutionId,
    name,
    n,
  });
  if (payload === null) throw new Error(`The stored result of sub-step "${name}" is missing.`);
  return parseJson(payload.text);
}

/** Resolves after the commit; rejects when the attempt is over or the run was taken away. */
function commitForAttempt(run: ActiveRun, handle: AttemptHandle, change: Change): Promise<void> {
  return new Promise((resolve, reject) => {
    run.tasks.add(
      (draft) => {
        if (handle.isOver || run.state.closing !== null) throw new AttemptOverError();
        draft.changes.push(change);
      },
      (error) => {
        if (error === null) resolve();
        else reject(toError(error));
      },
    );
  });
}

/** The attempt ended (timeout, cancel, quit) before its handler did. */
export class AttemptOverError extends EngineError {
  constructor() {
    super("CONFLICT", "The attempt is over: its run is closing or was interrupted.");
    this.name = "AttemptOverError";
  }
}

async function requireCapability(
  run: ActiveRun,
  handle: AttemptHandle,
  nodePath: string,
  capability: string,
): Promise<void> {
  const rule = ruleFor(capability, run.state.run.grants);
  const allowed = rule !== null;
  await commitForAttempt(run, handle, {
    change: "capabilityChecked",
    nodePath,
    capability,
    allowed,
    rule: rule ?? "not granted",
    actor: { kind: "engine" },
  });
  if (allowed) return;
  throw new HandlerError(
    "CAPABILITY_DENIED",
    `Node "${nodePath}" wants ${capability}, which this run was not granted. ` +
      `Declare it under "capabilities" and allow it when starting the run.`,
    { retryable: false, effectNotStarted: true },
  );
}
