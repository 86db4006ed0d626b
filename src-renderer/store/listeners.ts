/** Who wants to hear of a change, by key: a row re-renders without its list. */
export interface Listeners<Key> {
  add(key: Key, listener: () => void): () => void;
  notify(key: Key): void;
}

export function createListeners<Key>(): Listeners<Key> {
  const byKey = new Map<Key, Set<() => void>>();
  return {
    add: (key, listener) => {
      const set = byKey.get(key) ?? new Set();
      byKey.set(key, set);
      set.add(listener);
      return () => {
        set.delete(listener);
        if (set.size === 0 && byKey.get(key) === set) byKey.delete(key);
      };
    },
    notify: (key) => {
      for (const listener of byKey.get(key) ?? []) listener();
    },
  };
}
