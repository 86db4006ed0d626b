// node faults/bit-flips/run.ts --flips 3000 --cuts 1000 [--seed 1] [--only FLIP | --cut CUT]
import { parseArgs } from "node:util";
import { flipBits, flipFigures } from "./flip-bits.ts";
import { logTailFigures, loseLogTails } from "./lose-log-tail.ts";

const { values } = parseArgs({
  options: {
    flips: { type: "string", default: "300" },
    cuts: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    cut: { type: "string" },
  },
});
const seed = Number(values.seed);
let hasFailed = false;
if (values.cut === undefined) {
  const only = values.only === undefined ? {} : { only: Number(values.only) };
  const result = await flipBits({ seed, flips: Number(values.flips), ...only });
  for (const missed of result.missed) console.error(missed);
  console.log(flipFigures(result));
  hasFailed ||= result.missed.length > 0;
}
if (values.only === undefined) {
  const only = values.cut === undefined ? {} : { only: Number(values.cut) };
  const result = await loseLogTails({ seed, cuts: Number(values.cuts), ...only });
  for (const failure of result.failures) console.error(failure);
  console.log(logTailFigures(result));
  hasFailed ||= result.failures.length > 0;
}
process.exitCode = hasFailed ? 1 : 0;
