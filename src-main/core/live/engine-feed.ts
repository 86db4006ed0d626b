import type { EngineDesk } from "../engine-desk.ts";
import type { Feed } from "./feed.ts";

/** The engine's state and notices. How many runs work is looked at when one of them changes. */
export function createEngineFeed(desk: Pick<EngineDesk, "state">): Feed & { touch(): void } {
  let isDirty = false;
  let sentActive = 0;
  return {
    topic: "engine",
    async snapshot() {
      isDirty = false;
      const engine = desk.state();
      sentActive = engine.activeRuns;
      return { engine };
    },
    touch() {
      isDirty = true;
    },
    retarget: () => false,
    note(signal) {
      if (signal.kind === "committed" && desk.state().activeRuns !== sentActive) isDirty = true;
      return isDirty;
    },
    get hasChanges() {
      return isDirty;
    },
    get pending() {
      return Number(isDirty);
    },
    async fill(batch) {
      if (!isDirty) return "filled";
      isDirty = false;
      const engine = desk.state();
      sentActive = engine.activeRuns;
      batch.add({ op: "engine", engine });
      return "filled";
    },
  };
}
