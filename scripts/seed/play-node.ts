import type { Failure } from "../../app/model/failure.ts";
import type { JobMetrics } from "../../app/model/job.ts";
import type { WorkflowNode } from "../../app/model/workflow-definition.ts";
import type { Change } from "../../app/storage/change.ts";
import {
  inputOf,
  outputOf,
  payloadOf,
  questionOf,
  turnsOf,
  unknownOutcomeOf,
} from "./node-content.ts";
import { isFailingNow, iso, metricsOf, type Part } from "./node-part.ts";
import { engine, human, type RunChanges } from "./run-changes.ts";
import type { RunStory } from "./story.ts";

export interface NodePlayer {
  /** It is ready, or its turn has come again. */
  begin(changes: Change[], part: Part, atMs: number): void;
  /** A sub-step, an attempt's end, a retry or a timer. */
  advance(changes: Change[], part: Part, atMs: number): void;
  /** A person answers what was asked. */
  answer(changes: Change[], part: Part, atMs: number): void;
}

/** What its run has to know of a node. */
export interface PlayedRun {
  spend(metrics: JobMetrics): void;
  hasFailed(
    changes: Change[],
    of: { readonly node: WorkflowNode; readonly failure: Failure },
  ): void;
}

/** Plays the nodes of a run's story: their attempts, turns, questions and ends, as changes of the storage. */
export function playNodes(
  story: RunStory,
  { changes: make, run }: { readonly changes: RunChanges; readonly run: PlayedRun },
): NodePlayer {
  const { created, nodeChange, idOf, taken } = make;

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
    run.spend(spent);
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
    run.hasFailed(changes, { node, failure });
  }

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

  return { begin, advance, answer };
}
