export interface SlotLimits {
  /** Running nodes of all runs together. */
  readonly total: number;
  /** By node type; one that is not named is bounded by `total` only. */
  readonly byType: Readonly<Record<string, number>>;
}

/** The places for running nodes of all runs together, and of each limited node type. */
export interface Slots {
  tryAcquire(type: string): boolean;
  release(type: string): void;
  /** Calls back once, when a slot is free again; callers wait in order. */
  onFree(callback: () => void): void;
  /** New limits; what is in use above them stays until it is released. */
  setLimits(limits: SlotLimits): void;
  /** What is in use: of all, and of each type. */
  readonly used: SlotLimits;
}

export function createSlots(given: SlotLimits): Slots {
  let limits = given;
  let used = 0;
  const usedByType = new Map<string, number>();
  let waiting: (() => void)[] = [];
  const callWaiting = (): void => {
    if (waiting.length === 0) return;
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  return {
    tryAcquire(type) {
      const ofType = usedByType.get(type) ?? 0;
      if (used >= limits.total || ofType >= (limits.byType[type] ?? Infinity)) return false;
      used += 1;
      usedByType.set(type, ofType + 1);
      return true;
    },
    release(type) {
      used -= 1;
      usedByType.set(type, (usedByType.get(type) ?? 1) - 1);
      callWaiting();
    },
    onFree(callback) {
      waiting.push(callback);
    },
    setLimits(next) {
      limits = next;
      callWaiting();
    },
    get used() {
      return { total: used, byType: Object.fromEntries(usedByType) };
    },
  };
}
