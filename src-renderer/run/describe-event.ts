import type { RunEvent } from "../../app/model/run-event.ts";
import type { NodeTable } from "../store/node-table.ts";

export interface EventFacts {
  readonly step: string;
  readonly attempt: string;
  readonly change: string;
}

/** The cells of an event's line. Names of states and fields stand as they are stored. */
export function describeEvent(event: RunEvent, nodes: Pick<NodeTable, "get">): EventFacts {
  switch (event.type) {
    case "node.status": {
      const { data } = event;
      const place = data.iterationPath === "" ? "" : ` [${data.iterationPath}]`;
      return {
        step: `${data.nodePath}${place}`,
        attempt: data.attempt === undefined ? "" : String(data.attempt.number),
        change: change(data.from, data.to, data.error?.message ?? data.reason),
      };
    }
    case "run.status":
      return of("", change(event.data.from, event.data.to, event.data.reason));
    case "workflow_recovery":
      return of("", change(event.data.from, event.data.to, event.data.reason));
    case "run.resumed":
      return of("", change(event.data.from, event.data.to, undefined));
    case "run.closing":
      return of("", `→ ${event.data.to}: ${event.data.reason}`);
    case "node.skipped":
      return of(event.data.nodePath, "skipped");
    case "step.intended":
    case "step.recorded":
      return {
        step: nodes.get(event.data.nodeExecutionId)?.nodePath ?? "",
        attempt: String(event.data.attempt),
        change: event.data.n === 1 ? event.data.name : `${event.data.name} (${event.data.n})`,
      };
    case "capability.checked":
      return of(
        event.data.nodePath ?? "",
        `${event.data.capability}: ${event.data.allowed ? "allowed" : "denied"}`,
      );
    case "confirmation.given":
      return of(nodes.get(event.data.nodeExecutionId)?.nodePath ?? "", "confirmed");
    case "run.created":
      return of("", `→ queued (${event.data.trigger.kind})`);
    case "run.annotated":
      return of("", (event.data.tags ?? []).join(", "));
  }
}

function of(step: string, text: string): EventFacts {
  return { step, attempt: "", change: text };
}

function change(from: string | undefined, to: string, reason: string | undefined): string {
  const arrow = from === undefined ? `→ ${to}` : `${from} → ${to}`;
  return reason === undefined || reason === "" ? arrow : `${arrow}: ${reason}`;
}
