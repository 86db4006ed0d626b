import { powerMonitor, powerSaveBlocker } from "electron";
import type { Settings } from "../../app/contract/settings.ts";

/** Keeps the machine awake while runs work, where a person has set that. */
export function createKeepAwake(wish: () => Settings["keepAwake"]): (activeRuns: number) => void {
  let blocker: number | null = null;
  return (activeRuns) => {
    const isWanted = activeRuns > 0 && mayBlock(wish());
    if (isWanted && blocker === null) blocker = powerSaveBlocker.start("prevent-app-suspension");
    else if (!isWanted && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };
}

function mayBlock(wish: Settings["keepAwake"]): boolean {
  switch (wish) {
    case "off":
      return false;
    case "on-power":
      return !powerMonitor.onBatteryPower;
    case "always":
      return true;
  }
}
