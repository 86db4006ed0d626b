import { noMetrics, type JobMetrics, type JobState } from "../../app/model/job.ts";
import type { WorkflowNode } from "../../app/model/workflow-definition.ts";
import type { Change, Group } from "../../app/storage/change.ts";
import type { Fence } from "../../app/storage/storage.ts";
import { readyAfter } from "./graph-fate.ts";
import {
  inputOf,
  outputOf,
  payloadOf,
  questionOf,
  replayOf,
  turnsOf,
  unknownOutcomeOf,
} from "./node-content.ts";
import { add, isFailingNow, isOpen, iso, metricsOf, statusOf, type Part } from "./node-part.ts";
import { engine, human, runChanges } from "./run-changes.ts";
import type { RunStory } from "./story.ts";

export interface RunPlayer {
  readonly runId: string;
  readonly startMs: number;
  readonly status: JobState;
  /** What an engine would have committed up to then, in order. */
  playUntil(untilMs: number, fence: Fence): readonly Group[];
  /** Recovery has marked it: what was in flight is stalled. */
  interrupt(): void;
  /** A person resumes it; it goes on from there. */
  resume(atMs: number, fence: Fence): readonly Group[];
}

/** Plays one run's story as changes of the storage: no engine and no clock, so that it is quick. */
export function playRun(
  story: RunStory,
  ids: { readonly runId: string; readonly newUuid: () => string },
): RunPlayer {
  const { definition, startMs } = story;
  const { runId } = ids;
  const { edges, nodes } = definition.resolved;
  const parts = new Map<string, Part>(
    nodes.map((node) => [
      node.id,
      {
        node,
        story: story.nodes[node.id] ?? {},
        fate: "waiting",
        sequence: 0,
        attempt: 0,
        stepsDone: 0,
        isConfirmed: false,
        startedMs: 0,
        dueMs: null,
      },
    ]),
  );
  let status: JobState | "absent" = "absent";
  const { creation, created, nodeChange, idOf, taken } = runChanges(story, ids);
  let issues = 0;
  let metrics = noMetrics;
  let runningSinceMs = 0;
  let runningMs = 0;
  let goesOnMs: number | null = startMs;

  function playUntil(untilMs: number, fence: Fence): Group[] {
    const groups: Group[] = [];
    for (;;) {
      const atMs = nextMs();
      if (atMs === null || atMs > untilMs) return groups;
      groups.push(group(atMs, changesAt(atMs, fence)));
    }
  }

  function nextMs(): number | null {
    const dues = [...parts.values()].flatMap(({ dueMs }) => dueMs ?? []);
    const cancelMs =
      story.cancelAfterMs === undefined || status !== "running"
        ? []
        : [startMs + story.cancelAfterMs];
    const all = [...dues, ...cancelMs, ...(goesOnMs === null ? [] : [goesOnMs])];
    return isOver() || status === "stalled" || all.length === 0 ? null : Math.min(...all);
  }

  function isOver(): boolean {
    return !["absent", "queued", "running", "awaiting_user", "awaiting_validation"].includes(
      status,
    );
  }

  function changesAt(atMs: number, fence: Fence): Change[] {
    const changes: Change[] = [];
    if (status === "absent") {
      changes.push(...creation());
      status = "queued";
    }
    if (status === "awaiting_user" || status === "awaiting_validation") {
      for (const part of dueAt(atMs)) answer(changes, part, atMs);
      changes.push(runChange("queued", "answered", human));
      goesOnMs = atMs + 180;
      return changes;
    }
    if (status === "queued") {
      goesOnMs = null;
      changes.push({ ...runChange("running", "", engine), owner: fence });
      runningSinceMs = atMs;
    }
    if (story.cancelAfterMs !== undefined && atMs >= startMs + story.cancelAfterMs) {
      cancel(changes, atMs);
      return changes;
    }
    for (const part of dueAt(atMs)) advance(changes, part, atMs);
    settle(changes, atMs);
    return changes;
  }

  function dueAt(atMs: number): Part[] {
    return [...parts.values()].filter(({ dueMs }) => dueMs !== null && dueMs <= atMs);
  }

  /** A sub-step, an attempt's end, a retry or a timer. */
  function advance(changes: Change[], part: Part, atMs: number): void {
    if (part.fate === "queued") return begin(changes, part, atMs);
    if (part.fate === "awaiting") return answer(changes, part, atMs);
    const turns = story.isDetailed ? turnsOf(part.node) : [];
    const turn = turns[part.stepsDone];
    if (turn !== undefined && !isFailingNow(part)) {
      part.stepsDone += 1;
      const { node } = part;
      changes.push({
        change: "stepRecorded",
        actor: engine,
        nodeExecutionId: idOf(part),
        attempt: part.attempt,
        name: turn.name,
        n: 1,
        output: payloadOf({ name: turn.name, say: turn.say, tool: null, output: null }),
      });
      part.dueMs = atMs + stretchMs(node, part.stepsDone);
      return;
    }
    end(changes, part, atMs);
  }

  /** From one recorded turn to the next, or to the end. */
  function stretchMs(node: WorkflowNode, stepsDone: number): number {
    const turn = turnsOf(node)[stepsDone];
    return turn === undefined ? 20 : Math.max(1, Math.round(turn.thinkMs * story.pace));
  }

  function end(changes: Change[], part: Part, atMs: number): void {
    const { node, story: of, attempt: number } = part;
    const spent = metricsOf(part, atMs);
    metrics = add(metrics, spent);
    const retry = of.failedAttempts?.[number - 1];
    if (retry !== undefined) {
      part.fate = "queued";
      part.dueMs = atMs + retry.retryAfterMs;
      changes.push({
        ...nodeChange(part, "running", "queued"),
        attempt: { number, status: "failed", error: retry.error, metrics: spent },
        notBefore: iso(part.dueMs),
        reason: `retry ${number} of ${node.retry.maxAttempts - 1}`,
      });
      return;
    }
    part.dueMs = null;
    if (of.fails !== undefined) return fail(changes, part, spent);
    if (of.outcomeUnknown !== undefined) {
      part.fate = "awaiting";
      changes.push({
        ...nodeChange(part, "running", "awaiting_user"),
        attempt: { number, status: "failed", error: of.outcomeUnknown, metrics: spent },
        question: unknownOutcomeOf(node, of.outcomeUnknown.message),
        reason: "outcome unknown",
      });
      return;
    }
    const output = payloadOf(outputOf(node, of));
    const attempt = { number, status: "completed", metrics: spent } as const;
    if (node.review) {
      part.fate = "awaiting";
      changes.push({
        ...nodeChange(part, "running", "awaiting_validation"),
        attempt,
        output,
        reason: "review",
      });
      if (of.answer !== undefined) part.dueMs = atMs + of.answer.afterMs;
      return;
    }
    part.fate = "done";
    changes.push({
      ...nodeChange(part, "running", "completed"),
      attempt,
      output,
      takenEdges: taken(part),
    });
  }

  function fail(changes: Change[], part: Part, spent: JobMetrics): void {
    const { node, story: of, attempt: number } = part;
    const error = { ...of.fails, nodePath: node.id };
    if (error.code === undefined || error.message === undefined) return;
    const failure = { ...error, code: error.code, message: error.message };
    part.fate = "failed";
    changes.push({
      ...nodeChange(part, "running", "failed"),
      error: failure,
      attempt: { number, status: "failed", error: failure, metrics: spent },
      takenEdges: node.onError === "continue" ? taken(part) : [],
    });
    if (node.onError === "continue") {
      issues += 1;
      return;
    }
    const reason = `Node "${node.id}" failed: ${failure.message}`;
    changes.push({
      change: "runClosing",
      closing: { to: "failed", reason, error: failure },
      actor: engine,
    });
    endOpenNodes(changes, reason);
    changes.push({ ...runChange("failed", reason, engine), error: failure, metrics });
  }

  function cancel(changes: Change[], atMs: number): void {
    const reason = "cancelled by a person";
    changes.push({ change: "runClosing", closing: { to: "cancelled", reason }, actor: human });
    endOpenNodes(changes, reason);
    runningMs += atMs - runningSinceMs;
    changes.push({ ...runChange("cancelled", reason, engine), metrics: withDuration() });
  }

  function endOpenNodes(changes: Change[], reason: string): void {
    for (const part of parts.values()) {
      if (!isOpen(part)) continue;
      const cancelled = nodeChange(part, statusOf(part), "cancelled");
      changes.push({
        ...cancelled,
        reason,
        ...(part.fate === "running"
          ? { attempt: { number: part.attempt, status: "cancelled" as const } }
          : {}),
      });
      part.fate = "cancelled";
      part.dueMs = null;
    }
  }

  /** A person answers what was asked. */
  function answer(changes: Change[], part: Part, atMs: number): void {
    const given = part.story.answer;
    if (given === undefined) return;
    const isReview = part.node.review;
    if (part.node.sensitive === true) return confirm(changes, part, atMs);
    part.dueMs = null;
    part.fate = "done";
    changes.push({
      ...nodeChange(part, isReview ? "awaiting_validation" : "awaiting_user", "completed"),
      actor: human,
      takenEdges: taken(part),
      ...(isReview
        ? { reason: "accepted" }
        : { reason: "answered", output: payloadOf(given.value) }),
    });
  }

  /** A sensitive node may run now; its next turn starts it. */
  function confirm(changes: Change[], part: Part, atMs: number): void {
    part.isConfirmed = true;
    part.fate = "queued";
    part.dueMs = atMs + 1;
    const { sha256: inputSha256 } = payloadOf(inputOf(part.node));
    changes.push(
      {
        change: "confirmationGiven",
        actor: human,
        nodeExecutionId: idOf(part),
        attempt: part.attempt + 1,
        inputSha256,
      },
      {
        ...nodeChange(part, "awaiting_user", "queued"),
        actor: human,
        reason: "confirmed",
        answer: payloadOf({ confirmed: true, inputSha256 }),
      },
    );
  }

  /** What follows: ready nodes start, a run whose nodes are all decided ends, one that waits is parked. */
  function settle(changes: Change[], atMs: number): void {
    if (status !== "running") return;
    for (const id of readyAfter({ parts, edges })) {
      const part = parts.get(id);
      if (part === undefined) continue;
      if (part.fate === "skipped") {
        const untakenEdges = edges.flatMap((edge, index) => (edge.to === id ? [index] : []));
        changes.push({
          change: "nodeSkipped",
          nodePath: id,
          iterationPath: "",
          untakenEdges,
          actor: engine,
        });
      } else begin(changes, part, atMs);
    }
    const fates = [...parts.values()].map(({ fate }) => fate);
    if (fates.includes("running")) return;
    if (fates.includes("queued") || fates.includes("awaiting")) return wait(changes, atMs);
    runningMs += atMs - runningSinceMs;
    const to = issues > 0 ? "completed_with_issues" : "completed";
    const reason = issues > 0 ? `${issues} of ${nodes.length} nodes failed` : "";
    changes.push({
      ...runChange(to, reason, engine),
      output: payloadOf({ done: true, at: iso(atMs) }),
      metrics: withDuration(),
    });
  }

  function wait(changes: Change[], atMs: number): void {
    const wakeMs = nextDueMs();
    const isAsked = [...parts.values()].find(({ fate }) => fate === "awaiting");
    // A short back-off is waited for with the run in hand.
    if (isAsked === undefined && (wakeMs === null || wakeMs - atMs < 60_000)) return;
    runningMs += atMs - runningSinceMs;
    const waits = { metrics: withDuration() };
    if (isAsked === undefined) {
      const wakeAt = wakeMs === null ? {} : { wakeAt: iso(wakeMs) };
      changes.push({ ...runChange("queued", "waiting for a timer", engine), ...waits, ...wakeAt });
      return;
    }
    changes.push({
      ...(isAsked.node.review
        ? runChange("awaiting_validation", "an output waits for approval", engine)
        : runChange("awaiting_user", "waiting for an answer", engine)),
      ...waits,
    });
  }

  function nextDueMs(): number | null {
    const dues = [...parts.values()].flatMap(({ dueMs }) => dueMs ?? []);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  function begin(changes: Change[], part: Part, atMs: number): void {
    const { node, story: of } = part;
    const input = payloadOf(inputOf(node));
    if (node.type === "delay" && part.fate === "waiting") {
      part.fate = "queued";
      part.dueMs = atMs + Number(node.with["ms"] ?? 0);
      changes.push({
        ...created(part),
        status: "queued",
        input,
        notBefore: iso(part.dueMs),
        reason: "delay",
      });
      return;
    }
    if (node.type === "delay") {
      part.fate = "done";
      part.dueMs = null;
      changes.push({
        ...nodeChange(part, "queued", "completed"),
        output: payloadOf(null),
        takenEdges: taken(part),
      });
      return;
    }
    const question = questionOf(node, input);
    if (question !== null && !part.isConfirmed) {
      part.fate = "awaiting";
      part.dueMs = of.answer === undefined ? null : atMs + of.answer.afterMs;
      changes.push(
        { ...created(part), status: "queued", input },
        { ...nodeChange(part, "queued", "awaiting_user"), question },
      );
      return;
    }
    const isNew = part.fate === "waiting";
    part.fate = "running";
    part.attempt += 1;
    part.startedMs = atMs;
    const attempt = { number: part.attempt, status: "running" } as const;
    changes.push(
      isNew
        ? { ...created(part), status: "running", attempt, input }
        : { ...nodeChange(part, "queued", "running"), attempt },
    );
    const hasTurns = story.isDetailed && turnsOf(node).length > 0 && !isFailingNow(part);
    part.dueMs =
      atMs +
      (hasTurns
        ? stretchMs(node, part.stepsDone)
        : Math.max(2, Math.round((of.durationMs ?? 40) * story.pace)));
  }

  function resume(atMs: number, fence: Fence): readonly Group[] {
    const stalled = [...parts.values()].filter(({ fate }) => fate === "stalled");
    const decided = stalled.filter(({ node }) => replayOf(node) === "external");
    const resumed: Change[] = [
      {
        change: "runResumed",
        actor: human,
        from: "stalled",
        decisions: decided.map((part) => ({
          nodeExecutionId: idOf(part),
          decision: { action: "run_again" },
        })),
      },
      ...stalled.map((part) => ({ ...nodeChange(part, "stalled", "queued"), actor: human })),
    ];
    const claimedMs = atMs + 35;
    const claimed: Change[] = [{ ...claimChange(), owner: fence }];
    runningSinceMs = claimedMs;
    for (const part of stalled) {
      part.fate = "queued";
      begin(claimed, part, claimedMs);
    }
    return [group(atMs, resumed), group(claimedMs, claimed)];
  }

  function claimChange() {
    status = "queued";
    return runChange("running", "", engine);
  }

  // --- changes

  function group(atMs: number, changes: readonly Change[]): Group {
    return { groupId: ids.newUuid(), runId, at: iso(atMs), expect: null, changes };
  }

  function runChange(to: JobState, reason: string, actor: typeof engine | typeof human) {
    const from = status === "absent" ? "queued" : status;
    status = to;
    return { change: "runStatus", actor, from, to, reason } as const;
  }

  function withDuration(): JobMetrics {
    return { ...metrics, durationMs: runningMs };
  }

  return {
    runId,
    startMs,
    get status() {
      return status === "absent" ? "queued" : status;
    },
    playUntil,
    interrupt() {
      if (status !== "running") return;
      status = "stalled";
      for (const part of parts.values()) {
        if (part.fate !== "running") continue;
        part.fate = "stalled";
        part.dueMs = null;
      }
    },
    resume,
  };
}
