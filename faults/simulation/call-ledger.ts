import type { NodeContext } from "../../app/engine/node-registry.ts";
import { isSameJson } from "./same-json.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import type { NodeRow, SimDatabase } from "./sim-database.ts";

/**
 * What really happened outside the database: every call of a handler and of a sub-step, and every
 * answer that the engine gave. It survives all crashes, and each entry is held against the database.
 */
export interface CallLedger {
  handlerCalled(call: HandlerCall): void;
  /** Notes the call and answers the value that the sub-step returns: another one for each call. */
  stepCalled(call: StepCall & { readonly idempotencyKey: string }): JsonValue;
  stepAcknowledged(call: StepCall, value: JsonValue): void;
  /** How many attempts of this node failed, as far as is stored; interrupted ones do not count. */
  failedAttempts(context: NodeContext): number;
  logged(line: LogLine): void;
  /** Everything that was acknowledged is still there. */
  check(): void;
  readonly handlerCalls: number;
  readonly stepCalls: number;
}

/** The process that a handler runs in. */
export interface HandlerLife {
  readonly isDead: boolean;
  /** A newer process took over while this one goes on. */
  readonly isFenced: boolean;
  /** Handlers that wait for the simulation to let them go on. */
  readonly gates: { readonly label: string; open(): void }[];
}

interface HandlerCall {
  readonly life: HandlerLife;
  readonly epoch: number;
  readonly input: JsonObject;
  readonly context: NodeContext;
}

interface StepCall {
  readonly context: NodeContext;
  readonly life: HandlerLife;
  readonly name: string;
  readonly n: number;
  readonly isExternal: boolean;
}

interface LogLine {
  readonly process: { readonly isFenced: boolean; readonly hadFault: boolean };
  readonly level: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>> | undefined;
}

interface Recorded {
  readonly runId: string;
  readonly sequence: number;
  readonly name: string;
  readonly n: number;
  readonly value: JsonValue;
}

export function createCallLedger(
  database: SimDatabase,
  problem: (text: string) => void,
): CallLedger {
  const attempts = new Set<string>();
  const keys = new Map<string, string>();
  const stepKeys = new Map<string, string>();
  /** The last event of the run when an external sub-step was called. */
  const openIntents = new Map<string, number>();
  const recorded: Recorded[] = [];
  let handlerCalls = 0;
  let stepCalls = 0;

  function rowOf({ runId, nodePath }: NodeContext): NodeRow | undefined {
    return database
      .nodes(runId)
      .find((node) => node.nodePath === nodePath && node.iterationPath === "");
  }

  /** One key for one identity, and the other way round. */
  function checkKey(seen: Map<string, string>, identity: string, key: string): void {
    const known = seen.get(identity);
    if (known !== undefined && known !== key) problem(`${identity} has two idempotency keys`);
    const other = seen.get(`key ${key}`);
    if (other !== undefined && other !== identity)
      problem(`${identity} and ${other} have one idempotency key`);
    seen.set(identity, key);
    seen.set(`key ${key}`, identity);
  }

  return {
    handlerCalled({ life, epoch, input, context }) {
      handlerCalls += 1;
      const { runId, nodePath, attempt } = context;
      const what = `handler ${runId} ${nodePath}#${attempt}`;
      const row = rowOf(context);
      const run = database.run(runId);
      if (row === undefined || run === undefined) {
        problem(`${what} was called, but nothing of it is stored`);
        return;
      }
      if (attempts.has(what)) problem(`${what} was called twice`);
      attempts.add(what);
      if (!life.isFenced) {
        const isCurrent = row.status === "running" && row.attemptNumber === attempt;
        if (!isCurrent)
          problem(`${what} was called, but stored is ${row.status}, attempt ${row.attemptNumber}`);
        if (run.ownerEpoch !== epoch)
          problem(`${what} was called by epoch ${epoch}, but the owner is ${run.ownerEpoch}`);
      }
      if (row.inputText === null || !isSameJson(JSON.parse(row.inputText), input))
        problem(`${what} was called with an input that is not the stored one`);
      checkKey(keys, `${run.keyScope} ${nodePath} g${row.generation}`, context.idempotencyKey);
    },
    stepCalled({ context, life, name, n, isExternal, idempotencyKey }) {
      stepCalls += 1;
      const { runId, nodePath } = context;
      const row = rowOf(context);
      const what = `sub-step ${runId} ${nodePath} ${name}(${n})`;
      const stored = database
        .steps(runId)
        .find((step) => step.sequence === row?.sequence && step.name === name && step.n === n);
      if (stored?.status === "recorded" && !life.isFenced)
        problem(`${what} was called again although its result is recorded`);
      checkKey(stepKeys, `${context.idempotencyKey} ${name}(${n})`, idempotencyKey);
      if (isExternal) {
        if (stored === undefined) problem(`${what} is external and was called without an intent`);
        const before = openIntents.get(what);
        if (before !== undefined && !life.isFenced && !wasDecided(runId, nodePath, before))
          problem(`${what} is external and was called again without a decision`);
        openIntents.set(what, database.lastSeq(runId));
      }
      return { call: stepCalls };
    },
    stepAcknowledged({ context, name, n }, value) {
      const row = rowOf(context);
      if (row === undefined) return problem(`sub-step ${name}(${n}) of a node that is not stored`);
      recorded.push({ runId: context.runId, sequence: row.sequence, name, n, value });
      checkRecorded(recorded.length - 1);
    },
    failedAttempts(context) {
      const row = rowOf(context);
      return database.attempts(context.runId).filter(({ sequence, status, error }) => {
        if (sequence !== row?.sequence || status !== "failed") return false;
        return error === null || codeOf(error) !== "INTERRUPTED";
      }).length;
    },
    logged({ process, level, message, details }) {
      if (level !== "error" && !(level === "warn" && message.startsWith("A group was refused")))
        return;
      if (details?.["code"] === "CONFLICT" || process.isFenced) return;
      if (/^(Storage cannot write|Another copy took over)/.test(message)) return;
      // Two requests with one key at the same moment, and what was built on the second one.
      const runId = String(details?.["runId"]);
      if (/workflow_run\.request_key/.test(String(details?.["message"]))) return;
      if (details?.["code"] === "NOT_FOUND" && database.run(runId) === undefined) return;
      const isFault = process.hadFault && /simulated (FULL|BUSY|IO)/.test(JSON.stringify(details));
      if (!isFault) problem(`the engine logged: ${message} ${JSON.stringify(details ?? {})}`);
    },
    check() {
      for (const index of recorded.keys()) checkRecorded(index);
    },
    get handlerCalls() {
      return handlerCalls;
    },
    get stepCalls() {
      return stepCalls;
    },
  };

  function checkRecorded(index: number): void {
    const fact = recorded[index];
    if (fact === undefined) return;
    const { runId, sequence, name, n, value } = fact;
    const stored = database
      .steps(runId)
      .find((step) => step.sequence === sequence && step.name === name && step.n === n);
    const isThere =
      stored?.status === "recorded" &&
      stored.outputText !== null &&
      isSameJson(JSON.parse(stored.outputText), value);
    if (!isThere)
      problem(`sub-step ${name}(${n}) of ${runId}/${sequence} was acknowledged and is not stored`);
  }

  /** A person said "run it again" after that event. */
  function wasDecided(runId: string, nodePath: string, after: number): boolean {
    return database.events(runId).some(({ seq, type, data }) => {
      if (seq <= after || type !== "node.status") return false;
      const change = JSON.parse(data) as { nodePath: string; to: string; reason?: string };
      return (
        change.nodePath === nodePath && change.to === "queued" && change.reason === "run again"
      );
    });
  }
}

function codeOf(error: string): string {
  return (JSON.parse(error) as { code: string }).code; // a stored Failure
}
