import type { Failure } from "../../app/model/failure.ts";
import { noMetrics, type JobMetrics, type JobState } from "../../app/model/job.ts";
import type { WorkflowNode } from "../../app/model/workflow-definition.ts";
import type { Change, Group } from "../../app/storage/change.ts";
import type { Fence } from "../../app/storage/storage.ts";
import { readyAfter } from "./graph-fate.ts";
import { payloadOf, replayOf } from "./node-content.ts";
import { add, isOpen, iso, statusOf, type Part } from "./node-part.ts";
import { playNodes } from "./play-node.ts";
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
  const changesOfRun = runChanges(story, ids);
  const { creation, nodeChange, idOf } = changesOfRun;
  const nodePlayer = playNodes(story, { changes: changesOfRun, run: { spend, hasFailed } });
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
      for (const part of dueAt(atMs)) nodePlayer.answer(changes, part, atMs);
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
    for (const part of dueAt(atMs)) nodePlayer.advance(changes, part, atMs);
    settle(changes, atMs);
    return changes;
  }

  function dueAt(atMs: number): Part[] {
    return [...parts.values()].filter(({ dueMs }) => dueMs !== null && dueMs <= atMs);
  }

  function spend(spent: JobMetrics): void {
    metrics = add(metrics, spent);
  }

  function hasFailed(
    changes: Change[],
    { node, failure }: { readonly node: WorkflowNode; readonly failure: Failure },
  ): void {
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
      } else nodePlayer.begin(changes, part, atMs);
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
      nodePlayer.begin(claimed, part, claimedMs);
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
