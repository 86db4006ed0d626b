// `npm run bench [-- --rounds N --only W1,ui-live --seconds N --json FILE --quick]`: the workloads of performance, each
// beside its floors, as a table and as JSON. Exits 0 where a target is missed: speed is shown, not
// tested. Exits 1 when something did not come out right.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countSyncs } from "./count-syncs.ts";
import { type Figure, verdictOf } from "./figure.ts";
import { printFigures } from "./print-figures.ts";
import { requireRealDisk } from "./real-disk.ts";
import { runWorkload } from "./run-workload.ts";
import { isWorkloadName, type WorkloadName, workloads } from "./workloads.ts";

const benchFolder = fileURLToPath(new URL("../.bench", import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    only: { type: "string" },
    json: { type: "string", default: join(benchFolder, "latest.json") },
    seconds: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const isQuick = values.quick;
const rounds = Math.max(1, Number(values.rounds ?? (isQuick ? 2 : 7)));
/** By hand 600, for the heap after ten minutes of live updates. */
const liveSeconds = Number(values.seconds ?? (isQuick ? 5 : 60));
const names = namesOf(values.only);

mkdirSync(benchFolder, { recursive: true });
process.exitCode = await measureAll().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function measureAll(): Promise<number> {
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processors: `${availableParallelism()} × ${cpus()[0]?.model.trim()}`,
    disk: requireRealDisk(benchFolder),
  };
  console.log(
    `Node ${machine.node}, ${machine.processors}, ${machine.disk}; ${rounds} rounds each.`,
  );
  console.log("Times are medians of alternating rounds (lowest – highest). Only ratios travel.");
  if (isQuick) console.log("Quick: small amounts, few rounds. Not to be compared with anything.");

  const reports = [];
  for (const name of names) reports.push(await measureOne(name));
  writeJson(values.json, { at: new Date().toISOString(), isQuick, rounds, machine, reports });

  const skips = reports.filter((report) => report.skipped !== undefined).length;
  const failures = reports.flatMap((report) => report.failures);
  const missed = reports.flatMap((report) =>
    report.figures.filter((figure) => verdictOf(figure) === "missed"),
  );
  console.log(
    `\n${missed.length === 0 ? "No target missed." : `${missed.length} targets missed.`}`,
  );
  if (skips > 0) console.log(`${skips} of ${reports.length} workloads skipped, see above.`);
  if (failures.length > 0) console.log(`${failures.length} results are WRONG, see above.`);
  return failures.length === 0 ? 0 : 1;
}

async function measureOne(name: WorkloadName) {
  const { title } = workloads[name];
  console.log(`\n${name}  ${title}`);
  const request = { name, benchFolder, isQuick };
  const report = await runWorkload({
    ...request,
    rounds,
    warmUps: isQuick ? 1 : 2,
    liveSeconds,
    isEngineOnly: false,
    under: null,
  });
  if (report.skipped !== undefined) console.log(`  skipped: ${report.skipped}`);
  const syncs = await countSyncs(request);
  const figures: readonly Figure[] = [
    ...report.figures,
    ...(syncs === null ? [] : [syncs]),
    { name: "peak resident set of the process", value: report.peakRssMb, unit: "MB" },
  ];
  printFigures(figures);
  for (const condition of report.conditions) console.log(`      ${condition}`);
  for (const failure of report.failures.slice(0, 10)) console.log(`  WRONG: ${failure}`);
  return { name, title, ...report, figures };
}

function namesOf(only: string | undefined): readonly WorkloadName[] {
  const asked = only === undefined ? Object.keys(workloads) : only.split(",");
  const unknown = asked.filter((name) => !isWorkloadName(name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no workload ${unknown.join(", ")}. There are ${Object.keys(workloads).join(", ")}.`,
    );
  }
  return asked.filter(isWorkloadName);
}

function writeJson(file: string, content: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log(`\nWritten to ${file}`);
}
