import { nodeTransitions, runTransitions } from "../../app/engine/transitions.ts";
import type { Change } from "../../app/storage/change.ts";

/** What a change writes: a transition of the run or of a node, or the name of the change where it is none. */
export function formOf(change: Change): string {
  switch (change.change) {
    case "createRun":
      return transition("run", null, "queued");
    case "runStatus":
      return transition("run", change.from, change.to);
    case "runResumed":
      return transition("run", change.from, "queued");
    case "createNode":
      return transition("node", null, change.status);
    case "nodeStatus":
      return transition("node", change.from, change.to);
    case "runClosing":
    case "runAnnotated":
    case "nodeSkipped":
    case "stepIntended":
    case "stepRecorded":
    case "capabilityChecked":
    case "confirmationGiven":
      return change.change;
  }
}

/** Changes that are no transition; a new kind fails to compile in `formOf`, and here. */
const others: Readonly<Record<OtherKind, true>> = {
  runClosing: true,
  runAnnotated: true,
  nodeSkipped: true,
  stepIntended: true,
  stepRecorded: true,
  capabilityChecked: true,
  confirmationGiven: true,
};

type OtherKind = Exclude<
  Change["change"],
  "createRun" | "runStatus" | "runResumed" | "createNode" | "nodeStatus"
>;

/** Legal, and in no code of the engine. */
const neverMade = new Set(["node running → completed_with_issues"]);

/** Everything that an engine may write of its runs. What only recovery does is not among it. */
export function allForms(): ReadonlySet<string> {
  const made = [
    ...runTransitions.map((row) => ({ entity: "run", ...row })),
    ...nodeTransitions.map((row) => ({ entity: "node", ...row })),
  ].filter(({ actor }) => actor !== "system");
  const forms = new Set(made.map(({ entity, from, to }) => transition(entity, from, to)));
  for (const form of neverMade) forms.delete(form);
  for (const kind of Object.keys(others)) forms.add(kind);
  return forms;
}

function transition(entity: string, from: string | null, to: string): string {
  return `${entity} ${from ?? "–"} → ${to}`;
}
