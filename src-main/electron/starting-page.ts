import type { CoreStep, StepAmount } from "../core/core-step.ts";
import { stepWords } from "../core/step-words.ts";
import type { StatusPage } from "./status-page.ts";

/** What a start that takes long says. */
export function startingPage(step: CoreStep, amount?: StepAmount): StatusPage {
  return {
    title: "Handshake is starting",
    text: [stepWords(step, amount), "Your runs are safe. The window opens when they are in order."],
    actions: [{ name: "quit", label: "Quit" }],
  };
}
