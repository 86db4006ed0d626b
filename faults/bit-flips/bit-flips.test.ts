import { expect, test } from "vitest";
import { flipBits, flipFigures } from "./flip-bits.ts";
import { logTailFigures, loseLogTails } from "./lose-log-tail.ts";

const flips = 300;
const cuts = 100;

test(
  `[F1] each of ${flips} flipped bits in payloads and history is found`,
  { timeout: 900_000 },
  async () => {
    const result = await flipBits({ seed: 1, flips });
    console.log(flipFigures(result));
    expect({ detected: result.detected, missed: result.missed }).toEqual({
      detected: flips,
      missed: [],
    });
  },
);

test(
  `[D4] ${cuts} lost tails of the write-ahead log: each that reaches behind the last mark is told, no other is refused`,
  { timeout: 900_000 },
  async () => {
    const result = await loseLogTails({ seed: 1, cuts });
    console.log(logTailFigures(result));
    expect(result.failures).toEqual([]);
    expect(result.detected).toBeGreaterThan(cuts / 2);
    expect(result.notPromised).toBeGreaterThan(0);
  },
);
