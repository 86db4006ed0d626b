// Run as a program of its own: copies a history and dies by SIGKILL when a step is reached. Arguments:
// from, to, step.
import { copyHistoryBetween, parseHistoryPlace } from "./copy-history.ts";

const [from = "", to = "", dieAt = ""] = process.argv.slice(2);
await copyHistoryBetween({
  from: parseHistoryPlace(from),
  to: parseHistoryPlace(to),
  onProgress({ step, done, of }) {
    // The last checking: everything is written and verified, only the COMMIT is missing.
    if (step === dieAt && (step !== "checking" || done === of))
      process.kill(process.pid, "SIGKILL");
  },
});
