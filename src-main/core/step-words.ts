import type { CoreStep, StepAmount } from "./core-step.ts";

/** What a start that takes long is doing, for a window and a terminal. */
export function stepWords(step: CoreStep, amount?: StepAmount): string {
  switch (step) {
    case "locking":
      return "Opening your data folder…";
    case "moving":
      return amount === undefined
        ? "Moving your data…"
        : `Moving your data to ${amount.place}: ${partOf(amount)}…`;
    case "opening":
      return "Opening your data…";
    case "backing-up":
      return amount === undefined
        ? "Backing up your data…"
        : `Backing up ${bytesInWords(amount.total)} to ${amount.place}, because this version changes the data's format: ${partOf(amount)}…`;
    case "migrating":
      return amount === undefined
        ? "Changing the data's format…"
        : `Changing the data's format: step ${amount.done} of ${amount.total}…`;
    case "recovering":
      return "Looking for runs that were interrupted…";
    case "starting":
      return "Starting the engine…";
    case "accepting":
      return "Almost there…";
  }
}

function partOf({ done, total }: StepAmount): string {
  return `${bytesInWords(done)} of ${bytesInWords(total)}`;
}

/** Decimal, as disks are sold. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
