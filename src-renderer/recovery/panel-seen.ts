import { createStoreValue } from "../store/store-value.ts";

/** The start of the core whose recovery panel was shown in this window; null before the first. */
export const panelSeenOf = createStoreValue<string | null>(null);
