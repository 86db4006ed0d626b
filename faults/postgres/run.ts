// node faults/postgres/run.ts --kills 50 [--seed 1]
import { parseArgs } from "node:util";
import { serverKills } from "./server-kills.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
  },
});
const { problems, ...figures } = await serverKills({
  kills: Number(values.kills),
  seed: Number(values.seed),
  onKill: (kills) => console.log(`kill ${kills}`),
});
for (const problem of problems) console.error(problem);
console.log(`${JSON.stringify(figures)}, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
