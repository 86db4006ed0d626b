import * as z from "zod";
import { Json } from "./json.ts";
import { ReplayClass } from "./node-execution.ts";
import { RetryPolicy } from "./retry-policy.ts";
import { OnInterrupted } from "./workflow-run.ts";

/** The file format that this app reads and writes. */
export const formatVersion = 1;

const name = z.string().min(1).max(200);
const nodeId = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "a letter, then up to 63 letters, digits, - or _");

/** A year in milliseconds: the longest time limit. */
const longestMs = 31_536_000_000;

/**
 * One typed step. `with` is its input: a string that begins with `=` is a JSONata expression over
 * `{ input, nodes, run }`, `==` begins a literal `=`, and `{"$secret":"NAME"}` names a secret.
 */
export const WorkflowNode = z.strictObject({
  id: nodeId,
  type: z.string().min(1).max(100),
  name: name.optional(),
  /** The node type's version that the file was written for; the newest known one when absent. */
  typeVersion: z.number().int().positive().optional(),
  with: z.record(z.string(), Json).default({}),
  /** Of one attempt, in milliseconds. */
  timeoutMs: z.number().int().positive().max(longestMs).optional(),
  replay: ReplayClass.optional(),
  retry: RetryPolicy.prefault({}),
  onError: z.enum(["fail", "continue"]).default("fail"),
  join: z.enum(["any", "all"]).default("any"),
  /** The output waits for a person's acceptance (`awaiting_validation`). */
  review: z.boolean().default(false),
  /** A person confirms each attempt before it starts; `consent: "keep"` asks once for the same input. */
  sensitive: z.boolean().optional(),
  consent: z.enum(["ask", "keep"]).default("ask"),
  placement: z.enum(["thisMachine", "any"]).optional(),
});
export type WorkflowNode = z.infer<typeof WorkflowNode>;

export const WorkflowEdge = z.strictObject({
  from: nodeId,
  to: nodeId,
  on: z.enum(["success", "error", "always"]).default("success"),
  /** A JSONata expression, with `output` (or `error`) of the source; undefined = not taken. */
  when: z.string().regex(/^=/, "an expression, beginning with =").optional(),
});
export type WorkflowEdge = z.infer<typeof WorkflowEdge>;

export const WorkflowLimits = z.strictObject({
  maxConcurrentNodes: z.number().int().min(1).max(10_000).default(8),
  /** Of the run's accumulated `running` time, in milliseconds. */
  timeoutMs: z.number().int().positive().max(longestMs).optional(),
  maxTokens: z.number().int().positive().optional(),
  maxCostUsd: z.number().positive().optional(),
});
export type WorkflowLimits = z.infer<typeof WorkflowLimits>;

/**
 * A workflow file, format 1: a directed acyclic graph of typed nodes. The type holds the resolved
 * form, in which every default is filled in; `definitionHash` is taken from the source as written.
 */
export const WorkflowDefinition = z.strictObject({
  $schema: z.string().optional(),
  formatVersion: z.literal(formatVersion),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, "lower-case letters, digits and -"),
  name,
  description: z.string().max(2_000).optional(),
  version: z.number().int().positive(),
  /** JSON Schema of the run's input. */
  input: z.record(z.string(), Json).optional(),
  capabilities: z.array(z.string()).default([]),
  secrets: z.array(z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, "like NEWS_KEY")).default([]),
  onInterrupted: OnInterrupted.default("ask"),
  limits: WorkflowLimits.prefault({}),
  nodes: z.array(WorkflowNode).min(1).max(100_000),
  edges: z.array(WorkflowEdge).default([]),
  /** The run's output: a JSON value or an expression. */
  output: Json.optional(),
});
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

/** A definition as it is pinned to its runs by content. */
export interface PinnedDefinition {
  /** SHA-256 of `source`, lower-case hex. */
  readonly hash: string;
  /** RFC 8785 JSON of the file as written. */
  readonly source: string;
  /** The source with every default filled in. */
  readonly resolved: WorkflowDefinition;
  /** The version of each node type used, pinned: resuming needs the same. */
  readonly nodeTypeVersions: { readonly [type: string]: number };
}
