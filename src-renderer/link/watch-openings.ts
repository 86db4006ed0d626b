import type { AppBridge } from "../../app/contract/app-bridge.ts";
import { Opening } from "../../app/contract/opening.ts";

/** One of the bridge's own topics: its id is no other's. */
const openingsId = 0;

/** Hears of what was opened outside of the window, also before this page listened. */
export function watchOpenings(bridge: AppBridge, listener: (opening: Opening) => void): void {
  bridge.subscribe(openingsId, { topic: "openings" }, (text) => {
    listener(Opening.parse(JSON.parse(text)));
  });
}
