// node faults/disk-full/run.ts --levels 64 [--only LEVEL]
import { parseArgs } from "node:util";
import { diskFullFigures, fillDisk } from "./disk-full.ts";

const { values } = parseArgs({
  options: { levels: { type: "string", default: "16" }, only: { type: "string" } },
});
const levels =
  values.only === undefined
    ? Array.from({ length: Number(values.levels) }, (_, level) => level)
    : [Number(values.only)];
const result = await fillDisk(levels);
for (const failure of result.failures) console.error(failure);
console.log(diskFullFigures(result));
process.exitCode = result.failures.length === 0 ? 0 : 1;
