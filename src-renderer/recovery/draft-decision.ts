import type { InterruptedNode } from "../../app/contract/recovery.ts";
import { parseJson, type JsonValue } from "../../app/model/json.ts";
import type { InterruptedDecision } from "../../app/model/run-event.ts";

/** What a person has chosen so far for one step; the output is text until it is sent. */
export interface DraftDecision {
  readonly action: InterruptedDecision["action"];
  readonly outputText: string;
}

/** The decisions that are complete, and how many steps still lack one. */
export function readDecisions(
  nodes: readonly InterruptedNode[],
  drafts: Readonly<Record<string, DraftDecision>>,
): { readonly decisions: Record<string, InterruptedDecision>; readonly undecided: number } {
  const decisions: Record<string, InterruptedDecision> = {};
  let undecided = 0;
  for (const { nodeExecutionId } of nodes) {
    const decision = readDecision(drafts[nodeExecutionId]);
    if (decision === null) undecided += 1;
    else decisions[nodeExecutionId] = decision;
  }
  return { decisions, undecided };
}

function readDecision(draft: DraftDecision | undefined): InterruptedDecision | null {
  if (draft === undefined) return null;
  if (draft.action !== "skip_with_output") return { action: draft.action };
  const output = readJsonText(draft.outputText);
  return output.ok ? { action: "skip_with_output", output: output.value } : null;
}

/** JSON as a person types it; the message is the parser's. */
export function readJsonText(
  text: string,
):
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problem: string } {
  try {
    return { ok: true, value: parseJson(text) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
