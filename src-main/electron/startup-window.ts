import type { CoreStep } from "../core/start-core.ts";
import type { StatusPage } from "./status-page.ts";
import { openStatusWindow, type StatusWindow } from "./status-window.ts";

/** Says what a slow start is doing. It reads no runs: it must not show what is not recovered yet. */
export interface StartupWindow {
  tell(step: CoreStep): void;
  close(): void;
}

const patienceMs = 1_000;

const words: Readonly<Record<CoreStep, string>> = {
  locking: "Opening your data folder…",
  opening: "Opening your data. If this version changes its format, a backup is made first…",
  recovering: "Looking for runs that were interrupted…",
  starting: "Starting the engine…",
  accepting: "Almost there…",
};

/** Appears when the start takes longer than a second. */
export function prepareStartupWindow(
  first: CoreStep,
  { onQuit }: { readonly onQuit: () => void },
): StartupWindow {
  let window: StatusWindow | null = null;
  let step = first;
  const timer = setTimeout(() => {
    window = openStatusWindow(pageOf(step), { onAction: onQuit, onClosed: onQuit });
  }, patienceMs);
  return {
    tell(next) {
      step = next;
      window?.show(pageOf(step));
    },
    close() {
      clearTimeout(timer);
      window?.close();
    },
  };
}

function pageOf(step: CoreStep): StatusPage {
  return {
    title: "Handshake is starting",
    text: [words[step], "Your runs are safe. The window opens when they are in order."],
    actions: [{ name: "quit", label: "Quit" }],
  };
}
