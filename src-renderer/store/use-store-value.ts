import { useSyncExternalStore } from "react";
import type { StoreValue } from "./store-value.ts";

export function useStoreValue<Value>(store: Pick<StoreValue<Value>, "get" | "subscribe">): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}
