import { useSyncExternalStore } from "react";

/** The tokens' colours as the canvas needs them; read again when the theme changes. */
export interface Palette {
  colour(token: string): string;
}

let current: Palette = readPalette();
const listeners = new Set<() => void>();

const refresh = (): void => {
  current = readPalette();
  for (const listener of listeners) listener();
};
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
window.matchMedia("(forced-colors: active)").addEventListener("change", refresh);
new MutationObserver(refresh).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-theme"],
});

export function usePalette(): Palette {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

function readPalette(): Palette {
  const style = window.getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  return {
    colour: (token) => {
      const found = known.get(token) ?? style.getPropertyValue(token).trim();
      known.set(token, found);
      return found;
    },
  };
}
