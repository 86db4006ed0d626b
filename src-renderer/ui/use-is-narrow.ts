import { useSyncExternalStore } from "react";

const query = window.matchMedia("(max-width: 720px)");

/** Whether lists are shown as cards: phones, and a desktop at 200% zoom. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => query.matches,
  );
}
