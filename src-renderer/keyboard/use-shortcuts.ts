import { useEffect, useRef } from "react";
import { tinykeys } from "tinykeys";
import { runStore } from "../run-store.ts";

/** Keys as tinykeys writes them (`$mod+Enter`, `Shift+E`, `j`) and what they do. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/**
 * Shortcuts of a screen while it is shown. Those without a modifier do nothing in a field or in a sheet,
 * and can be turned off in the settings.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  const keys = Object.keys(shortcuts).join("\n");
  useEffect(() => {
    const bindings: Record<string, (event: KeyboardEvent) => void> = {};
    for (const key of keys.split("\n")) {
      bindings[key] = (event) => {
        if (event.defaultPrevented || !mayAct(key, event)) return;
        event.preventDefault();
        current.current[key]?.(event);
      };
    }
    // `mayAct` decides what is ignored.
    return tinykeys(window, bindings, { ignore: () => false });
  }, [keys]);
}

function mayAct(key: string, event: KeyboardEvent): boolean {
  const isInside = (selector: string): boolean =>
    event.target instanceof Element && event.target.closest(selector) !== null;
  if (isInside("[role=dialog], [role=alertdialog], [role=menu]")) return false;
  if (key.includes("$mod") || key === "Escape" || key === "F6") return true;
  if (!runStore.settings.settings.get().singleKeys) return false;
  return !isInside("input, textarea, select, [contenteditable]");
}
