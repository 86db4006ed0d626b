import type { CoreStep, OnCoreProgress } from "../core/core-step.ts";
import { startingPage } from "./starting-page.ts";
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
  let page = startingPage(first);
  const timer = setTimeout(() => {
    window = openStatusWindow(page, { onAction: onQuit, onClosed: onQuit });
  }, patienceMs);
  return {
    tell(step, amount) {
      page = startingPage(step, amount);
      window?.show(page);
    },
    close() {
      clearTimeout(timer);
      window?.close();
    },
  };
}
