import { createStoreValue } from "./store-value.ts";

/**
 * Whether the engine can be heard. While it cannot, nothing on screen may look alive: clocks stand still
 * and "running" is shown as what was last known.
 */
export const isEngineHeard = createStoreValue(true);
