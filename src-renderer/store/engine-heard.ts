import { createStoreValue } from "./store-value.ts";

/**
 * Whether the engine can be heard, and what is on screen is what it said since. While it is not so, nothing
 * may look alive: clocks stand still and "running" is shown as what was last known.
 */
export const isEngineHeard = createStoreValue(true);

let isConnected = true;
const behind = new Set<symbol>();

export function noteConnected(isUp: boolean): void {
  isConnected = isUp;
  update();
}

/** A watch that still shows what it knew before the connection came back. */
export function noteBehind(watch: symbol, isBehind: boolean): void {
  if (isBehind) behind.add(watch);
  else behind.delete(watch);
  update();
}

function update(): void {
  isEngineHeard.set(isConnected && behind.size === 0);
}
