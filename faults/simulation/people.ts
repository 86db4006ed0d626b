import { isTerminal } from "../../app/model/job.ts";
import { EngineError } from "../../app/engine/engine-error.ts";
import type { Engine } from "../../app/engine/engine.ts";
import type { JsonValue } from "../../app/model/json.ts";
import type { Question } from "../../app/model/node-execution.ts";
import type { InterruptedDecision } from "../../app/model/run-event.ts";
import { JobState } from "../../app/model/job.ts";
import type { PinnedDefinition } from "../../app/model/workflow-definition.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { NodeRow, RunRow, SimDatabase } from "./sim-database.ts";
import type { SimProcess } from "./sim-process.ts";

/** What people (and waiting programs) ask of the engine, and what became of it. */
export interface People {
  /** Does one thing that may make sense now, or not. */
  act(process: SimProcess): void;
  /** Answers, resumes or starts whatever waits for a person, until nothing does; false then. */
  help(process: SimProcess): boolean;
  /** Whoever still waits for an answer of a process that lives. */
  waiting(process: SimProcess): readonly string[];
  /** What was acknowledged stands in history, what was refused does not. */
  check(): void;
}

interface Action {
  readonly what: string;
  /** Marks the events of this action. */
  readonly via: string;
  readonly runId: string | null;
  readonly process: SimProcess;
  readonly isWait: boolean;
  state: "pending" | "done" | "refused" | "unknown";
}

export interface PeopleOptions {
  readonly random: SeededRandom;
  readonly database: SimDatabase;
  readonly definitions: readonly PinnedDefinition[];
  readonly mostRuns: number;
  readonly problem: (text: string) => void;
}

export function createPeople(options: PeopleOptions): People {
  const { random, database, problem } = options;
  const actions: Action[] = [];
  const requestKeys = new Map<string, string>();

  function attempt(
    process: SimProcess,
    details: { readonly what: string; readonly runId?: string; readonly isWait?: boolean },
    perform: (engine: Engine, actor: { kind: "human"; via: string }) => Promise<unknown>,
    acknowledged?: (value: unknown, via: string) => void,
  ): void {
    const via = `action-${actions.length}`;
    const action: Action = {
      what: `${details.what} (${via}, process ${process.number})`,
      via,
      runId: details.runId ?? null,
      process,
      isWait: details.isWait ?? false,
      state: "pending",
    };
    actions.push(action);
    perform(process.engine, { kind: "human", via }).then(
      (value) => {
        if (process.isDead) return;
        action.state = "done";
        acknowledged?.(value, via);
        if (!action.isWait && action.runId !== null) requireEvents(action);
      },
      (error: unknown) => {
        if (process.isDead) return;
        action.state = isRefusal(error) ? "refused" : "unknown";
        const isExpected = error instanceof EngineError || error instanceof StorageError;
        if (!isExpected) problem(`${action.what} was answered with ${String(error)}`);
        else if (error instanceof StorageError && !isTolerable(process, error))
          problem(`${action.what} was answered with ${error.code}: ${error.message}`);
      },
    );
  }

  function start(process: SimProcess): void {
    const definition = random.pick(options.definitions);
    const requestKey = random.chance(0.3) ? `key-${random.below(3)}` : undefined;
    const input = { n: random.below(97) };
    attempt(
      process,
      { what: `start of ${definition.resolved.id}` },
      (engine, actor) =>
        engine.startRun({
          definition,
          input,
          grants: [],
          actor,
          ...(requestKey === undefined ? {} : { requestKey }),
        }),
      (value) => {
        const { runId } = value as { runId: string }; // a StartedRun
        if (database.run(runId) === undefined) problem(`run ${runId} was acknowledged, not stored`);
        if (requestKey === undefined) return;
        const known = requestKeys.get(requestKey);
        if (known !== undefined && known !== runId) problem(`${requestKey} made two runs`);
        requestKeys.set(requestKey, runId);
      },
    );
  }

  function actOn(process: SimProcess, run: RunRow): void {
    const { runId } = run;
    const on = (what: string) => ({ what: `${what} of ${runId} (${run.status})`, runId });
    const choice = random.below(100);
    if (isTerminal(JobState.parse(run.status))) {
      if (database.runs().length >= options.mostRuns) return;
      if (choice < 40)
        attempt(process, on("retry"), (engine, actor) =>
          engine.retryRun({ runId, actor }).then(started),
        );
      else if (choice < 60)
        attempt(process, on("rerun"), (engine, actor) =>
          engine.rerun({ runId, actor }).then(started),
        );
      else if (choice < 90) fork(process, run);
      return;
    }
    if (choice < 9)
      attempt(process, on("cancel"), (engine, actor) => engine.cancelRun({ runId, actor }));
    else if (choice < 11)
      attempt(process, on("fail"), (engine, actor) => engine.failRun({ runId, actor }));
    else if (choice < 14)
      attempt(process, on("annotation"), (engine, actor) =>
        engine.annotateRun({ runId, tags: [`t${choice}`], actor }),
      );
    else if (choice < 21) waitFor(process, run);
    else if (run.status === "stalled" || run.status === "poisoned") {
      resume(process, run, false);
      if (random.chance(0.3)) resume(process, run, false);
    } else answerOne(process, run, false);
  }

  function waitFor(process: SimProcess, run: RunRow): void {
    const { runId } = run;
    attempt(
      process,
      { what: `wait for ${runId}`, runId, isWait: true },
      (engine) => engine.waitForRun(runId, { untilParked: random.chance(0.3) }),
      (state) => {
        const was = database
          .events(runId)
          .some(
            ({ data, type }) =>
              type !== "node.status" && (JSON.parse(data) as { to?: string }).to === state,
          );
        if (!was && state !== "queued") problem(`a wait for ${runId} ended with ${String(state)}`);
      },
    );
  }

  function fork(process: SimProcess, run: RunRow): void {
    const definition = options.definitions.find(({ resolved }) => resolved.id === run.workflowId);
    const node = random.pick(definition?.resolved.nodes ?? []).id;
    const { runId } = run;
    attempt(process, { what: `fork of ${runId} at ${node}`, runId }, (engine, actor) =>
      engine
        .forkRun({
          runId,
          node,
          actor,
          ...(random.chance(0.3) ? { input: { n: random.below(97) } } : {}),
        })
        .then(started),
    );
  }

  /** `waits`: those of this run that a person has to answer. */
  function answerOne(process: SimProcess, run: RunRow, isHelpful: boolean): boolean {
    const nodes = database.nodes(run.runId);
    const waits = nodes.filter(({ status }) => status.startsWith("awaiting_"));
    if (waits.length === 0) return false;
    const node = random.pick(waits);
    const answer =
      !isHelpful && random.chance(0.05) ? "nonsense" : answerTo(random, node, isHelpful);
    const { runId } = run;
    attempt(
      process,
      { what: `answer ${JSON.stringify(answer)} to ${runId} ${node.nodePath}`, runId },
      (engine, actor) => engine.answer({ runId, node: node.nodePath, answer, actor }),
    );
    return true;
  }

  function resume(process: SimProcess, run: RunRow, isHelpful: boolean): void {
    const { runId } = run;
    const decisions: Record<string, InterruptedDecision> = {};
    for (const node of database.nodes(runId)) {
      if (node.status !== "stalled" || !random.chance(isHelpful ? 0.7 : 0.4)) continue;
      decisions[node.nodePath] = random.pick<InterruptedDecision>([
        { action: "run_again" },
        { action: "run_again" },
        { action: "mark_done" },
        { action: "skip_with_output", output: { v: random.below(97) } },
      ]);
    }
    const confirmPoisoned = isHelpful || random.chance(0.7);
    attempt(
      process,
      { what: `resume of ${runId} with ${JSON.stringify(decisions)}`, runId },
      (engine, actor) => engine.resumeRun({ runId, actor, decisions, confirmPoisoned }),
    );
  }

  function requireEvents({ what, via, runId }: Action): void {
    const events = database.events(runId ?? "").filter(({ actorVia }) => actorVia === via);
    // Retries, reruns and forks are events of the run that they made.
    const isElsewhere = /^(retry|rerun|fork) of/.test(what);
    if (events.length === 0 && !isElsewhere) problem(`${what} was acknowledged and left no event`);
    const resumed = events.filter(({ type }) => type === "run.resumed").length;
    if (resumed > 1) problem(`${what} resumed ${resumed} times`);
  }

  const isWaiting = (process: SimProcess) =>
    actions.some(
      (action) => action.process === process && action.state === "pending" && !action.isWait,
    );

  return {
    act(process) {
      const runs = database.runs();
      if (runs.length === 0 || (runs.length < options.mostRuns && random.chance(0.3))) {
        start(process);
        return;
      }
      actOn(process, random.pick(runs));
    },
    help(process) {
      if (isWaiting(process)) return false;
      for (const run of database.runs()) {
        if (run.status === "stalled" || run.status === "poisoned") {
          resume(process, run, true);
          return true;
        }
        if (run.status.startsWith("awaiting_") && answerOne(process, run, true)) return true;
      }
      return false;
    },
    waiting: (process) =>
      actions
        .filter((action) => action.process === process && action.state === "pending")
        .map(({ what }) => what),
    check() {
      for (const action of actions) {
        if (action.isWait || action.runId === null) continue;
        if (action.state === "done") requireEvents(action);
        if (action.state !== "refused") continue;
        const left = database
          .events(action.runId)
          .filter(({ actorVia, type }) => actorVia === action.via && type !== "capability.checked");
        if (left.length > 0) problem(`${action.what} was refused and left ${left.length} events`);
      }
    },
  };

  function started(value: { readonly runId: string }): void {
    if (database.run(value.runId) === undefined)
      problem(`run ${value.runId} was acknowledged, and it is not stored`);
  }
}

function answerTo(random: SeededRandom, node: NodeRow, isHelpful: boolean): JsonValue {
  if (node.status === "awaiting_validation") return { accepted: isHelpful || random.chance(0.7) };
  // Written by the engine.
  const { kind } = JSON.parse(node.question ?? '{"kind":"approval"}') as Pick<Question, "kind">;
  switch (kind) {
    case "confirmation":
      return { confirmed: isHelpful || random.chance(0.8) };
    case "unknown_outcome": {
      const choice = random.below(isHelpful ? 3 : 5);
      if (choice < 2) return { action: "run_again" };
      if (choice === 2) return { action: "mark_done" };
      if (choice === 3) return { action: "skip_with_output", output: { v: random.below(97) } };
      return { action: "fail" };
    }
    case "approval":
      return { approved: random.chance(0.7), v: random.below(97) };
  }
}

/** The engine said no, so nothing may have happened. */
function isRefusal(error: unknown): boolean {
  return error instanceof EngineError && error.code !== "UNAVAILABLE";
}

/** A person's action may meet a change at the same moment, or a disk that fails. */
function isTolerable(process: SimProcess, error: StorageError): boolean {
  if (process.isFenced || error.code === "CONFLICT" || error.code === "FENCED") return true;
  return process.hadFault && /simulated/.test(error.message);
}
