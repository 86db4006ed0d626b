// `node faults/known-traps/run.ts [--only WORDS]`: rebuilds each known trap in a copy of the project and
// runs the one test that is there for it. Ends with 1 where a test passes although its trap is there.
import { parseArgs } from "node:util";
import { knownTraps } from "./known-traps.ts";
import { openTrapLab } from "./rebuild-trap.ts";

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const traps = knownTraps.filter(({ trap }) => trap.includes(values.only));
const lab = openTrapLab();
let wrong = 0;
try {
  for (const trap of traps) {
    const without = await lab.run(trap, []);
    const rebuilt = await lab.run(trap, trap.edits);
    const isFound = without === "passed" && rebuilt === "failed";
    if (!isFound) wrong += 1;
    console.log(`${isFound ? "found " : "MISSED"}  ${trap.trap}`);
    if (!isFound) {
      console.log(
        `        ${trap.file}, "${trap.test}": ${without} without it, ${rebuilt} with it`,
      );
    }
  }
} finally {
  lab.close();
}
console.log(`\n${traps.length - wrong} of ${traps.length} rebuilt traps turn their test red.`);
process.exitCode = wrong === 0 ? 0 : 1;
