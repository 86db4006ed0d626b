// node faults/kill-loop/run.ts --kills 10000 [--seed 1] [--lanes 2]
import { parseArgs } from "node:util";
import { killLoop, killLoopFigures } from "./kill-loop.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    lanes: { type: "string", default: "2" },
  },
});
const result = await killLoop({
  kills: Number(values.kills),
  seed: Number(values.seed),
  lanes: Number(values.lanes),
  onWorld: (seed, { kills, problems }) =>
    console.log(`world ${seed}: ${kills} kills, ${problems.length} problems`),
});
for (const failure of result.failures) console.error(failure);
console.log(killLoopFigures(result));
process.exitCode = result.failures.length === 0 ? 0 : 1;
