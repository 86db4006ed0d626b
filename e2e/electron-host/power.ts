import { strict } from "./not-implemented.ts";
import { record } from "./recorder.ts";
import { StrictEmitter } from "./strict-emitter.ts";

/** Never sends anything by itself: a spec does, with `emit`. */
class PowerMonitor extends StrictEmitter {
  onBatteryPower = false;

  constructor() {
    super("powerMonitor", ["suspend", "resume", "shutdown", "on-ac", "on-battery"]);
  }
}

export const powerMonitor = strict("powerMonitor", new PowerMonitor());

const blockers = new Map<number, string>();
let lastBlocker = 0;

export const powerSaveBlocker = strict("powerSaveBlocker", {
  start(type: string): number {
    record("powerSaveBlocker.start", type);
    blockers.set(++lastBlocker, type);
    return lastBlocker;
  },
  stop(id: number): boolean {
    record("powerSaveBlocker.stop", id);
    return blockers.delete(id);
  },
  isStarted: (id: number): boolean => blockers.has(id),
});
