import { formatCount } from "../format/quantity.ts";
import { plural } from "./plural.ts";

const runs = { one: "run", other: "runs" };
const steps = { one: "step", other: "steps" };

/** The recovery panel and its sheets. */
export const recoveryMessages = {
  stopped: (count: number, reason: string, time: string) =>
    `${plural(count, runs)} stopped ${reason} at ${time}.`,
  stoppedThis: (reason: string, time: string) => `This run stopped ${reason} at ${time}.`,
  stoppedMixed: (count: number) => `${plural(count, runs)} stopped.`,
  showPanel: "Show what stopped",
  beside: "Beside this one:",
  nothingRuns: "Nothing is running now.",
  /** How a sentence goes on after "stopped". */
  because: {
    app_quit: "when the app quit",
    crash: "when the app crashed",
    power_loss: "when the computer went off",
    sleep_timeout: "while the computer slept",
    unknown: "for an unknown reason",
  },
  reasonLine: {
    app_quit: (time: string) => `App quit at ${time}`,
    crash: (time: string) => `App crashed at ${time}`,
    power_loss: (time: string) => `Computer went off at ${time}`,
    sleep_timeout: (time: string) => `Computer slept from ${time}`,
    unknown: (time: string) => `Stopped at ${time}`,
  },
  saved: (saved: number, total: number) =>
    `${formatCount(saved)} of ${plural(total, steps)} saved, will not run again`,
  lastSaved: (name: string, ago: string) => `Last saved: \`${name}\`, ${ago} ago`,
  runsAgain: (names: string) => `Will run again: ${names}`,
  goesOnAfter: (name: string, saved: number) =>
    `\`${name}\` goes on after its ${plural(saved, { one: "saved part", other: "saved parts" })}`,
  mayHaveHappened: (name: string) => `\`${name}\` may have taken effect already: you decide`,
  andMore: (count: number) => `and ${formatCount(count)} more`,
  nothingAgain: "Nothing runs again; the next step starts.",
  redo: (time: string) => `About ${time} of work is done again`,
  suspect: (crashes: number) =>
    `The app crashed ${plural(crashes, { one: "time", other: "times" })} while this ran`,
  poisoned: (crashes: number) =>
    `Set aside: the app crashed ${plural(crashes, { one: "time", other: "times" })} while this ran`,
  risk: {
    safe: "Safe to resume",
    review: "Needs a decision",
    suspect: "Crashed twice",
    poisoned: "Set aside",
  },
  resume: "Resume",
  resumeNamed: (title: string) => `Resume ${title}`,
  resumeEllipsis: "Resume…",
  resumeSafe: (count: number) => `Resume ${formatCount(count)} safe`,
  review: (count: number) => `Review ${formatCount(count)}`,
  later: "Later",
  open: "Open",
  stop: "Stop",
  resuming: "Resuming, two at a time…",
  restart: "Restart as new",
  markFailed: "Mark failed",
  cancelRun: "Cancel the run",
  more: (title: string) => `More for ${title}`,
  showMore: "Show more",
  resumed: (count: number) => `${plural(count, runs)} resumed.`,
  leftOne: (why: string) => `Not resumed: ${why}`,
  byPolicy: (count: number) =>
    `${plural(count, runs)} resumed by the setting "Resume safe ones automatically".`,
  sheetTitle: "Before it goes on",
  sheetText:
    "These steps touch the outside world and were cut off. They may have had their effect. Choose for each.",
  attempt: (number: number) => `attempt ${formatCount(number)}`,
  runAgain: "Run it again",
  runAgainHint: "Its effect may happen a second time.",
  skipWithOutput: "Skip it and supply its output",
  skipHint: "The run goes on with what you write, as if the step had answered so.",
  markDone: "Mark as done",
  markDoneHint: "It happened. Its output is empty (null).",
  outputLabel: "Output, as JSON",
  badJson: (message: string) => `This is not JSON: ${message}`,
  decideAll: (left: number) => `${plural(left, steps)} still without a decision`,
  poisonTitle: "Resume a run that was set aside",
  poisonText: (crashes: number, word: string) =>
    `The app crashed ${plural(crashes, { one: "time", other: "times" })} while this run worked. Resuming may crash it again. Type \`${word}\` to go on.`,
  poisonWord: "resume",
  poisonField: "Confirmation",
  failed: "It did not work.",
};
