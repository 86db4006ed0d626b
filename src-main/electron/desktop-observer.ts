import type { CoreClient } from "../core/core-client.ts";
import type { CoreStep } from "../core/core-step.ts";

/** Hears of the desktop app's life, in order; the self-test is one. */
export interface DesktopObserver {
  onStep(step: CoreStep): void;
  /** Everything interrupted is marked, and the core accepts work. */
  onRecovered(core: CoreClient): void;
  onWindow(): void;
  /** A page of the main window runs and was connected to the core. */
  onPage(): void;
  /** The app cannot start; a window says so. */
  onFailure(error: Error): void;
  /** The last thing that happens. Returns the exit code. */
  onEnd(): number;
}
