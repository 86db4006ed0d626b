/** The known name with the fewest typing errors from `name`, or null when none is near. */
export function nearestName(name: string, known: Iterable<string>): string | null {
  // A third of the letters may be wrong; more is another name.
  let most = Math.max(1, Math.floor(name.length / 3));
  let nearest: string | null = null;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > most) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), most);
    if (distance > most || (distance === most && nearest !== null)) continue;
    nearest = candidate;
    most = distance;
  }
  return nearest;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours between two texts (optimal string
 * alignment); anything above `most` when there are more than that.
 */
function editDistance(a: string, b: string, most: number): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
      best = Math.min(best, cost);
    }
    if (best > most) return best;
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
