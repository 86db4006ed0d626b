import * as z from "zod";
import { CapabilityFamily } from "../model/capability.ts";
import { JobState } from "../model/job.ts";
import { Json } from "../model/json.ts";
import { WorkflowChoice, WorkflowId, WorkflowText } from "./workflow-choice.ts";

/** A copy in the library. */
export const LibraryEntry = z.strictObject({
  workflowId: WorkflowId,
  /** SHA-256 of the definition; another content is another hash. */
  definitionHash: z.string().length(64),
  name: z.string(),
  description: z.string().nullable(),
  version: z.number().int(),
  steps: z.number().int(),
  fileName: z.string(),
  /** The file that it was copied from, where that is known. */
  path: z.string().nullable(),
  /** `changed`: the file differs from the copy, `workflows.update` takes it over. */
  file: z.enum(["same", "changed", "missing", "unknown"]),
  addedAt: z.iso.datetime(),
  lastRun: z
    .strictObject({ runId: z.uuid(), status: JobState, createdAt: z.iso.datetime() })
    .nullable(),
});
export type LibraryEntry = z.infer<typeof LibraryEntry>;

/** One thing that is wrong with a workflow, its input or its grants. */
export const WorkflowProblem = z.strictObject({
  stage: z.enum(["schema", "graph", "capability", "credential", "budget"]),
  code: z.string(),
  file: z.string(),
  /** RFC 6901, in the file; of a problem with the run's input, in the input. */
  pointer: z.string(),
  nodeId: z.string().optional(),
  message: z.string(),
  found: z.string(),
  expected: z.string(),
  nearest: z.string().optional(),
});
export type WorkflowProblem = z.infer<typeof WorkflowProblem>;

/** One line of "This workflow wants to:". */
export const WantedCapability = z.strictObject({
  /** As it is granted: `net:https://news.example`. */
  capability: z.string(),
  family: CapabilityFamily,
  /** In plain words: "Send data to https://news.example". */
  words: z.string(),
  /** Allowed always for this version. */
  isRemembered: z.boolean(),
});
export type WantedCapability = z.infer<typeof WantedCapability>;

export const Sample = z.strictObject({
  sampleId: WorkflowId,
  name: z.string(),
  description: z.string().nullable(),
  steps: z.number().int(),
  /** In plain words. */
  wants: z.array(z.string()),
  /** Takes about a minute: the one to try first, and to kill half-way. */
  isFirst: z.boolean(),
});
export type Sample = z.infer<typeof Sample>;

/** What the start sheet shows of a workflow whose file is in order. */
export const WorkflowSummary = z.strictObject({
  workflowId: WorkflowId,
  definitionHash: z.string().length(64),
  name: z.string(),
  description: z.string().nullable(),
  version: z.number().int(),
  steps: z.number().int(),
  /** Relative folders in capabilities begin here. */
  baseDir: z.string(),
  capabilities: z.array(WantedCapability),
  secrets: z.array(z.strictObject({ name: z.string(), isPresent: z.boolean() })),
  /** JSON Schema; null: the workflow takes no input. */
  inputSchema: Json.nullable(),
  /** Of the newest run of this workflow; null when there was none, or it is large. */
  lastInput: Json.nullable(),
  /** An earlier version was allowed always, and this is another one. */
  isChangedSinceGrant: z.boolean(),
});
export type WorkflowSummary = z.infer<typeof WorkflowSummary>;

export const workflowsRequests = {
  "workflows.list": {
    input: z.strictObject({}),
    /** By name; at most 500. */
    output: z.strictObject({ entries: z.array(LibraryEntry) }),
  },
  "workflows.get": {
    input: z.strictObject({ workflowId: WorkflowId }),
    output: z.strictObject({ entry: LibraryEntry, text: z.string() }),
  },
  /** Copies a file into the library. CONFLICT when another file of this id is there, unless `replace`. */
  "workflows.add": {
    input: z.strictObject({ ...WorkflowText.shape, replace: z.boolean().default(false) }),
    output: z.strictObject({ entry: LibraryEntry }),
  },
  /** Takes over the changed file that the copy came from. */
  "workflows.update": {
    input: z.strictObject({ workflowId: WorkflowId }),
    output: z.strictObject({ entry: LibraryEntry }),
  },
  /** Removes the copy; the runs keep theirs. */
  "workflows.remove": {
    input: z.strictObject({ workflowId: WorkflowId }),
    output: z.strictObject({ removed: z.boolean() }),
  },
  "workflows.samples": {
    input: z.strictObject({}),
    output: z.strictObject({ samples: z.array(Sample) }),
  },
  /** Parses and checks a workflow without starting anything. Problems are an answer, not an error. */
  "workflow.inspect": {
    input: z.strictObject({ workflow: WorkflowChoice }),
    output: z.strictObject({
      problems: z.array(WorkflowProblem),
      /** Null when the text cannot be read as a workflow. */
      summary: WorkflowSummary.nullable(),
    }),
  },
} as const;
