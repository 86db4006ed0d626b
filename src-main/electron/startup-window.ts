import type { CoreStep, OnCoreProgress, StepAmount } from "../core/core-step.ts";
import { stepWords } from "../core/step-words.ts";
import type { StatusPage } from "./status-page.ts";
import { openStatusWindow, type StatusWindow } from "./status-window.ts";

/** Says what a slow start is doing. It reads no runs: it must not show what is not recovered yet. */
export interface StartupWindow {
  readonly tell: OnCoreProgress;
  close(): void;
}

const patienceMs = 1_000;

/** Appears when the start takes longer than a second. */
export function prepareStartupWindow(
  first: CoreStep,
  { onQuit }: { readonly onQuit: () => void },
): StartupWindow {
  let window: StatusWindow | null = null;
  let page = pageOf(first);
  const timer = setTimeout(() => {
    window = openStatusWindow(page, { onAction: onQuit, onClosed: onQuit });
  }, patienceMs);
  return {
    tell(step, amount) {
      page = pageOf(step, amount);
      window?.show(page);
    },
    close() {
      clearTimeout(timer);
      window?.close();
    },
  };
}

function pageOf(step: CoreStep, amount?: StepAmount): StatusPage {
  return {
    title: "Handshake is starting",
    text: [stepWords(step, amount), "Your runs are safe. The window opens when they are in order."],
    actions: [{ name: "quit", label: "Quit" }],
  };
}
