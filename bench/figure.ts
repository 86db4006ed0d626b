/** One line of the table. */
export interface Figure {
  readonly name: string;
  /** Null: it could not be measured, and `note` says why. */
  readonly value: number | null;
  /** The worst and the best round, where the value is a median of rounds. */
  readonly range?: readonly [low: number, high: number];
  readonly unit: string;
  readonly target?: Target;
  readonly note?: string;
}

export type Target =
  | { readonly atLeast: number }
  | { readonly atMost: number }
  | { readonly below: number };

export type Verdict = "met" | "missed" | "not measured" | "";

export function verdictOf({ value, target }: Figure): Verdict {
  if (target === undefined) return "";
  if (value === null) return "not measured";
  return isMet(value, target) ? "met" : "missed";
}

function isMet(value: number, target: Target): boolean {
  if ("atLeast" in target) return value >= target.atLeast;
  return "atMost" in target ? value <= target.atMost : value < target.below;
}

/** The median of the rounds, with its range. */
export function figureOf(
  name: string,
  rounds: readonly number[],
  unit: string,
  target?: Target,
): Figure {
  const range = [Math.min(...rounds), Math.max(...rounds)] as const;
  return {
    name,
    value: median(rounds),
    range,
    unit,
    ...(target === undefined ? {} : { target }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
