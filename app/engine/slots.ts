/** The places for running nodes of all runs together, and of each limited node type. */
export interface Slots {
  tryAcquire(type: string): boolean;
  release(type: string): void;
  /** Calls back once, when a slot is free again; callers wait in order. */
  onFree(callback: () => void): void;
}

export function createSlots(limits: {
  readonly total: number;
  readonly byType: Readonly<Record<string, number>>;
}): Slots {
  let used = 0;
  const usedByType = new Map<string, number>();
  let waiting: (() => void)[] = [];
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
      if (waiting.length === 0) return;
      const callbacks = waiting;
      waiting = [];
      for (const callback of callbacks) callback();
    },
    onFree(callback) {
      waiting.push(callback);
    },
  };
}
