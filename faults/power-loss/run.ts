// node faults/power-loss/run.ts --images 20000 [--seed 1] [--rounds 4] [--synchronous normal]
//   [--recording FOLDER --only IMAGE]
import { parseArgs } from "node:util";
import { compilePreload } from "./compile-preload.ts";
import { losePower, powerLossFigures } from "./power-loss.ts";
import { openRecording, recordWorkload } from "./record-workload.ts";

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "2400" },
    seed: { type: "string", default: "1" },
    /** More make a longer recording. */
    rounds: { type: "string", default: "4" },
    synchronous: { type: "string", default: "full" },
    /** One that a failure kept. */
    recording: { type: "string" },
    only: { type: "string" },
    /** How many failing images are shown. */
    failures: { type: "string", default: "10" },
  },
});
const preload = compilePreload(new URL("./record-io.c", import.meta.url));
if (!preload.ok) throw new Error(`No power can be lost here: ${preload.reason}.`);
try {
  const recording =
    values.recording === undefined
      ? await recordWorkload({
          preload: preload.file,
          synchronous: values.synchronous === "normal" ? "normal" : "full",
          rounds: Number(values.rounds),
        })
      : openRecording(values.recording);
  const result = await losePower({
    recording,
    seed: Number(values.seed),
    images: Number(values.images),
    only: values.only === undefined ? undefined : Number(values.only),
  });
  for (const failure of result.failures.slice(0, Number(values.failures)))
    console.error(JSON.stringify(failure, null, 1));
  console.log(powerLossFigures(result));
  if (result.failures.length > 0) process.exitCode = 1;
  else if (values.recording === undefined) recording.remove();
} finally {
  preload.remove();
}
