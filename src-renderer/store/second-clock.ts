import { useSyncExternalStore } from "react";
import { isEngineHeard } from "./engine-heard.ts";

/** The one 1 Hz clock of every label that counts; it stands still while the window is hidden or the engine is not heard. */
const listeners = new Set<() => void>();
let timer: number | null = null;
let nowMs = Date.now();

isEngineHeard.subscribe(setTimer);

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) document.addEventListener("visibilitychange", setTimer);
  setTimer();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) document.removeEventListener("visibilitychange", setTimer);
    setTimer();
  };
}

/** The moment, for what is drawn once and does not count. */
export function readNow(): number {
  return Date.now();
}

function setTimer(): void {
  const isVisible = document.visibilityState === "visible";
  const isWanted = listeners.size > 0 && isVisible && isEngineHeard.get();
  if (isWanted && timer === null) {
    timer = window.setInterval(tick, 1_000);
    // Whoever comes in between sees a moment that is less than a second old.
    if (Date.now() - nowMs > 1_000) queueMicrotask(tick);
  }
  if (!isWanted && timer !== null) {
    window.clearInterval(timer);
    timer = null;
  }
}

function tick(): void {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}
