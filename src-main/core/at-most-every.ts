/** Answers true at most once in so many milliseconds: for what is told while it goes on. */
export function atMostEvery(
  ms: number,
  now: () => number = () => performance.now(),
): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - last < ms) return false;
    last = now();
    return true;
  };
}
