// node faults/io-faults/run.ts --faults 2000 [--seed 1] [--only INDEX] [--lanes 2]
import { parseArgs } from "node:util";
import { compilePreload } from "../power-loss/compile-preload.ts";
import { injectFaults, ioFaultsFigures } from "./io-faults.ts";

const { values } = parseArgs({
  options: {
    faults: { type: "string", default: "168" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    lanes: { type: "string", default: "2" },
  },
});
const preload = compilePreload(new URL("./inject-faults.c", import.meta.url));
if (!preload.ok) throw new Error(`No fault can be injected here: ${preload.reason}.`);
try {
  const result = await injectFaults({
    preload: preload.file,
    seed: Number(values.seed),
    faults: Number(values.faults),
    lanes: Number(values.lanes),
    ...(values.only === undefined ? {} : { only: Number(values.only) }),
  });
  for (const failure of result.failures) console.error(failure);
  if (values.only !== undefined) console.log(JSON.stringify(result.results, null, 1));
  console.log(ioFaultsFigures(result));
  process.exitCode = result.failures.length === 0 ? 0 : 1;
} finally {
  preload.remove();
}
