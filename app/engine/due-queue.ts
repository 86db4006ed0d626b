import type { Clock } from "./clock.ts";

/** When a node of a run is due: a retry, a delay, or an approval's expiry. */
export interface Due {
  readonly index: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The same moment by the monotonic clock: due by whichever comes first (a clock set back). */
  readonly monotonicAt: number;
}

/** A heap by `at`. Entries are not removed when they no longer matter: who takes one checks it. */
export class DueQueue {
  readonly #clock: Clock;
  readonly #heap: Due[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `asOf`: the wall-clock time that counts as now, where the clock may have been set back. */
  add(index: number, at: number, asOf = this.#clock.now()): void {
    const monotonicAt = this.#clock.monotonic() + (at - asOf);
    const heap = this.#heap;
    let child = heap.length;
    heap.push({ index, at, monotonicAt });
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** The earliest entry, due or not. */
  first(): Due | null {
    return this.#heap[0] ?? null;
  }

  /** Takes the earliest entry if it is due. */
  takeDue(): Due | null {
    const first = this.#heap[0];
    if (first === undefined || !this.#isDue(first)) return null;
    this.#removeFirst();
    return first;
  }

  /** Milliseconds until the earliest entry; null when there is none. */
  remainingMs(): number | null {
    const first = this.#heap[0];
    if (first === undefined) return null;
    const wall = first.at - this.#clock.now();
    return Math.max(0, Math.min(wall, first.monotonicAt - this.#clock.monotonic()));
  }

  drop(): void {
    this.#removeFirst();
  }

  #isDue(due: Due): boolean {
    return due.at <= this.#clock.now() || due.monotonicAt <= this.#clock.monotonic();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === parent) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    return (this.#heap[a]?.at ?? 0) < (this.#heap[b]?.at ?? 0);
  }

  #swap(a: number, b: number): void {
    const itemA = this.#heap[a];
    const itemB = this.#heap[b];
    if (itemA === undefined || itemB === undefined) return;
    this.#heap[a] = itemB;
    this.#heap[b] = itemA;
  }
}
