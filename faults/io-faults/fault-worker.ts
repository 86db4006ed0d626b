// A process with inject-faults.c in it: plays its share of the cases and prints a result a line.
// Arguments: seed, cases, first, step; FAULT_ROOT and FAULT_CONTROL are set.
import { dirname, join } from "node:path";
import { openFaultControl } from "./fault-control.ts";
import { faultCases } from "./fault-list.ts";
import { playCase } from "./play-case.ts";

const [seed = 1, count = 1, first = 0, step = 1] = process.argv.slice(2).map(Number);
const root = process.env["FAULT_ROOT"] ?? "";
const control = openFaultControl(process.env["FAULT_CONTROL"] ?? "");
const ledgers = join(dirname(root), "ledgers");
const cases = faultCases(seed, count).filter(({ index }) => index >= first);
for (const each of cases.filter((_, index) => index % step === 0)) {
  const result = await playCase(each, control, { root, ledgers });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
control.close();
