import type { WorkflowChoice } from "../../app/contract/workflow-choice.ts";
import { createStoreValue } from "../store/store-value.ts";

/** The start sheet: closed, open to choose a workflow, or open with one. */
export type StartState =
  | { readonly step: "closed" }
  | { readonly step: "choose" }
  | { readonly step: "start"; readonly workflow: WorkflowChoice };

export const startState = createStoreValue<StartState>({ step: "closed" });

/** Every way to start a workflow leads to this sheet; null lets the person choose one first. */
export function openStartSheet(workflow: WorkflowChoice | null): void {
  startState.set(workflow === null ? { step: "choose" } : { step: "start", workflow });
}

export function closeStartSheet(): void {
  startState.set({ step: "closed" });
}
