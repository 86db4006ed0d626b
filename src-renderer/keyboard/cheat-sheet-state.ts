import { createStoreValue } from "../store/store-value.ts";

export const isCheatSheetOpen = createStoreValue(false);

export function openCheatSheet(): void {
  isCheatSheetOpen.set(true);
}
