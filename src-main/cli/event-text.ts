import type { NodeStatus } from "../../app/model/node-execution.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import { duration } from "./duration.ts";
import { text, type Output, type Style } from "./output.ts";

export interface EventTextContext {
  readonly output: Output;
  /** When each node's current attempt started, in milliseconds since 1970. */
  readonly startedAt: Map<string, number>;
}

type NodeChange = Extract<RunEvent, { type: "node.status" }>["data"];

/** An event as one line for a person who follows the run; null for what is of no interest to them. */
export function eventText(event: RunEvent, context: EventTextContext): string | null {
  const { output } = context;
  switch (event.type) {
    case "node.skipped":
      return output.paint("dim", `  - ${text(event.data.nodePath, 60)}  skipped`);
    case "run.closing":
      return output.paint("yellow", `! ending as ${event.data.to}: ${text(event.data.reason)}`);
    case "node.status":
      return nodeText(event.data, Date.parse(event.at), context);
    case "run.created":
    case "run.status":
    case "workflow_recovery":
    case "run.resumed":
    case "step.intended":
    case "step.recorded":
    case "capability.checked":
    case "confirmation.given":
    case "run.annotated":
      return null;
  }
}

function nodeText(change: NodeChange, at: number, context: EventTextContext): string | null {
  const { output, startedAt } = context;
  const { nodePath, to, attempt } = change;
  if (to === "running") {
    startedAt.set(nodePath, at);
    return null;
  }
  const started = startedAt.get(nodePath);
  startedAt.delete(nodePath);
  const took = started === undefined ? "" : duration(at - started);
  const what = whatHappened(change, { at, took });
  if (what === null) return null;
  const [mark, style] = marks[to];
  const error = change.error ?? attempt?.error;
  const why = error === undefined ? "" : `${error.code}: ${text(error.message, 400)}`;
  const details = [output.paint("dim", what), why].filter((part) => part !== "").join("  ");
  return `  ${output.paint(style, mark)} ${text(nodePath, 60)}  ${details}`;
}

function whatHappened(
  change: NodeChange,
  { at, took }: { readonly at: number; readonly took: string },
): string | null {
  const { from, to, reason, question, notBefore } = change;
  switch (to) {
    case "running":
      return null;
    case "queued":
      // Also how a node waits for its first attempt: of no interest.
      if (from !== "running") return null;
      if (notBefore === undefined) return "tried again";
      return `tried again in ${duration(Date.parse(notBefore) - at)}`;
    case "awaiting_user":
      return question === undefined ? "waits for a person" : text(question.text, 500);
    case "awaiting_validation":
      return "its result waits for acceptance";
    case "completed":
      if (from === undefined) return "taken over";
      return from === "awaiting_user" ? "answered" : took;
    case "completed_with_issues":
      return `${took} with issues`;
    case "failed":
      return "failed";
    case "cancelled":
      return "cancelled";
    case "stalled":
      return `interrupted ${text(reason ?? "")}`.trim();
  }
}

const marks: Readonly<Record<NodeStatus, readonly [mark: string, style: Style]>> = {
  queued: ["↻", "yellow"],
  running: ["▸", "cyan"],
  awaiting_user: ["?", "yellow"],
  awaiting_validation: ["?", "yellow"],
  completed: ["✓", "green"],
  completed_with_issues: ["✓", "yellow"],
  failed: ["✗", "red"],
  cancelled: ["✗", "dim"],
  stalled: ["◼", "yellow"],
};
