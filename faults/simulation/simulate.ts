// node faults/simulation/simulate.ts --seeds 5000 [--seed FIRST] [--seconds MOST] [--mutant NAME] [--trace]
import { parseArgs } from "node:util";
import { plantMutant } from "./mutants.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    seconds: { type: "string" },
    mutant: { type: "string" },
    trace: { type: "boolean", default: false },
    /** How many failing seeds end it. */
    failures: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});

if (values.mutant !== undefined) plantMutant(values.mutant);
// Imported now, so that a mutant is in it.
const { prepareTemplate, runSeed } = await import("./run-seed.ts");

const first = Number(values.seed);
const last = first + Number(values.seeds) - 1;
const endsAt =
  values.seconds === undefined ? Infinity : performance.now() + Number(values.seconds) * 1_000;
const failing: { seed: number; problems: readonly string[] }[] = [];
const sum = new Map<string, number>();
let done = 0;
const startedAt = performance.now();
const { template, remove } = await prepareTemplate();
for (let seed = first; seed <= last && performance.now() < endsAt; seed += 1) {
  const result = await runSeed({
    seed,
    template,
    ...(values.trace ? { trace: (text) => console.log(text) } : {}),
  });
  done += 1;
  for (const [name, value] of Object.entries(result.figures) as [string, number][])
    sum.set(name, (sum.get(name) ?? 0) + value);
  if (result.problems.length === 0) continue;
  failing.push(result);
  if (!values.json) {
    console.log(`seed ${seed} failed: node faults/simulation/simulate.ts --seed ${seed} --trace`);
    for (const problem of result.problems) console.log(`  ${problem}`);
  }
  if (failing.length >= Number(values.failures)) break;
}
remove();
const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
if (values.json)
  console.log(JSON.stringify({ done, failing, seconds, ...Object.fromEntries(sum) }));
else
  console.log(
    `${done} seeds, ${failing.length} failed, ${seconds} s; ${JSON.stringify(Object.fromEntries(sum))}`,
  );
process.exitCode = failing.length === 0 ? 0 : 1;
