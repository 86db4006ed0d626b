/** One of the things that are compared: the engine, or a floor. */
export interface Side {
  readonly name: string;
  /** How many steps one round does; floors whose cost does not depend on it do fewer. */
  readonly steps: number;
  /** Milliseconds of the measured part. */
  readonly round: () => number | Promise<number>;
}

export interface SideTimes {
  readonly name: string;
  readonly steps: number;
  /** Microseconds a step, one entry a round. */
  readonly usPerStep: readonly number[];
}

/**
 * Measures the sides in turns, each round beginning with another one: what the machine does meanwhile
 * then hits all of them, and a ratio within one round means something.
 */
export async function alternateRounds(measured: {
  readonly sides: readonly Side[];
  readonly warmUps: number;
  readonly rounds: number;
}): Promise<readonly SideTimes[]> {
  const { sides, warmUps, rounds } = measured;
  const times = sides.map(({ name, steps }) => ({ name, steps, usPerStep: [] as number[] }));
  for (let round = 0; round < warmUps + rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const index = (round + turn) % sides.length;
      const ms = await sides[index]?.round();
      const steps = sides[index]?.steps ?? 1;
      if (ms !== undefined && round >= warmUps) times[index]?.usPerStep.push((ms * 1_000) / steps);
    }
  }
  return times;
}

/** How many times faster `side` is than `floor`, round by round. */
export function ratios(side: SideTimes, floor: SideTimes): readonly number[] {
  return side.usPerStep.map((us, round) => (floor.usPerStep[round] ?? Number.NaN) / us);
}
