import * as z from "zod";
import { AccessMode } from "../model/job.ts";
import { Json } from "../model/json.ts";
import { InterruptedDecision } from "../model/run-event.ts";
import { RunRow } from "./run-row.ts";
import { WorkflowChoice } from "./workflow-choice.ts";

const runId = z.uuid();
/** PostgreSQL keeps neither in a column of text. */
const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes("\u0000");
const reason = z.string().max(1_000).optional();

/** The run as it was right after the commit. */
const changedRun = z.strictObject({ run: RunRow });
const newRun = z.strictObject({ runId, jobId: z.uuid(), created: z.boolean() });

/** What a person does; each is recorded with the actor `human`. CONFLICT: the run is in another state. */
export const runActionRequests = {
  /** BAD_REQUEST with `details.problems` when the workflow, its input or its grants are not in order. */
  "run.start": {
    input: z.strictObject({
      workflow: WorkflowChoice,
      input: Json.default({}),
      /** The capabilities that the person allowed; they must cover what the workflow declares. */
      grants: z.array(z.string().max(1_000)).max(1_000),
      /** Allow them always for this version of the workflow. */
      remember: z.boolean().default(false),
      accessMode: AccessMode.default("apply_scoped"),
      /** Made by whoever asks, once per press: the same key twice is one run. */
      requestKey: z.string().min(8).max(200).refine(isPlainText, "has U+0000 or half a character"),
    }),
    output: newRun,
  },
  /** CONFLICT "already resumed" for everyone but the first. Undecided external steps will wait for an answer. */
  "run.resume": {
    input: z.strictObject({
      runId,
      /** By node execution id. */
      decisions: z.record(z.uuid(), InterruptedDecision).default({}),
      /** Required for a poisoned run: the person typed the confirmation. */
      confirmPoisoned: z.boolean().default(false),
    }),
    output: changedRun,
  },
  /** The decision is saved at once; the run ends within 30 s. */
  "run.cancel": { input: z.strictObject({ runId, reason }), output: changedRun },
  "run.fail": { input: z.strictObject({ runId, reason }), output: changedRun },
  /**
   * By what the node waits for. approval: a value of its answer schema. confirmation:
   * `{"confirmed": boolean}`. unknown_outcome: an InterruptedDecision, or `{"action": "fail"}`.
   * review: `{"accepted": boolean, "reason"?: string}`.
   */
  "run.answer": {
    input: z.strictObject({ runId, node: z.string().min(1).max(200), answer: Json }),
    output: changedRun,
  },
  /** A new run of the same job that takes over what was completed. */
  "run.retry": { input: z.strictObject({ runId }), output: newRun },
  /** A new run of the same job, from the start. */
  "run.rerun": { input: z.strictObject({ runId }), output: newRun },
  /** A new job: this node and what is behind it runs again. */
  "run.fork": {
    input: z.strictObject({ runId, node: z.string().min(1).max(200), input: Json.optional() }),
    output: newRun,
  },
  "run.annotate": {
    input: z.strictObject({
      runId,
      pinned: z.boolean().optional(),
      tags: z.array(z.string().min(1).max(60)).max(30).optional(),
    }),
    output: changedRun,
  },
} as const;
