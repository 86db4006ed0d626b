import { atMostEvery } from "../core/at-most-every.ts";
import type { CoreStep, OnCoreProgress } from "../core/core-step.ts";
import { stepWords } from "../core/step-words.ts";
import { text, type Output } from "./output.ts";

/** A terminal scrolls: seldom enough to be read. */
const tellEveryMs = 3_000;

/** Says on standard error what a start is doing where it may take long. */
export function tellStep(output: Output): OnCoreProgress {
  let told: CoreStep | null = null;
  let isTime = atMostEvery(tellEveryMs);
  return (step, amount) => {
    if (amount === undefined) return;
    if (step !== told) isTime = atMostEvery(tellEveryMs);
    told = step;
    if (!isTime()) return;
    output.note(text(stepWords(step, amount), 1_000));
    output.errorObject({ type: "progress", step, ...amount });
  };
}
