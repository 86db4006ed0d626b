/** Numbers in order, of which any may go again. Adding and removing one costs O(√n), asking for one as well. */
export interface SortedNumbers {
  readonly size: number;
  add(value: number): void;
  /** Removes one of them that equals `value`. */
  remove(value: number): void;
  /** The `index`-th smallest, from 0. */
  at(index: number): number | null;
}

/** A chunk that is fuller is split: half as many numbers move with each addition, and 10,000 are some 40 chunks. */
const mostPerChunk = 512;

export function createSortedNumbers(): SortedNumbers {
  const chunks: number[][] = [];
  let size = 0;
  /** The first chunk whose last number is not smaller; the last one when all are. */
  const chunkFor = (value: number): number => {
    const found = firstIndex(chunks.length, (at) => (chunks[at]?.at(-1) ?? value) >= value);
    return Math.min(found, chunks.length - 1);
  };
  const placeIn = (chunk: readonly number[], value: number): number =>
    firstIndex(chunk.length, (at) => (chunk[at] ?? value) >= value);
  return {
    get size() {
      return size;
    },
    add(value) {
      if (chunks.length === 0) chunks.push([]);
      const index = chunkFor(value);
      const chunk = chunks[index];
      if (chunk === undefined) return;
      chunk.splice(placeIn(chunk, value), 0, value);
      size += 1;
      if (chunk.length > mostPerChunk) chunks.splice(index + 1, 0, chunk.splice(mostPerChunk / 2));
    },
    remove(value) {
      const index = chunkFor(value);
      const chunk = chunks[index];
      if (chunk === undefined) return;
      const at = placeIn(chunk, value);
      if (chunk[at] !== value) return;
      chunk.splice(at, 1);
      size -= 1;
      if (chunk.length === 0) chunks.splice(index, 1);
    },
    at(index) {
      let left = index;
      for (const chunk of chunks) {
        if (left < chunk.length) return chunk[left] ?? null;
        left -= chunk.length;
      }
      return null;
    },
  };
}

/** The first index from 0 at which `isReached` holds, if it holds from there on; `count` when it never does. */
export function firstIndex(count: number, isReached: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isReached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
