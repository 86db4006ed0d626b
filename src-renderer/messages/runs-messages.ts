import { formatCount } from "../format/quantity.ts";
import { plural } from "./plural.ts";

/** The Runs screen. */
export const runsMessages = {
  title: "Runs",
  start: "Start a workflow",
  live: "Live",
  liveHint: "New runs come in by themselves (Z freezes)",
  frozen: "Frozen",
  frozenHint: "New runs wait (Z goes live)",
  counters: "Runs by status",
  counterName: (status: string, count: number) => `${formatCount(count)} ${status}`,
  tabs: "Which runs",
  tabNames: {
    all: "All",
    in_flight: "In flight",
    needs_you: "Needs you",
    stalled: "Stalled",
    failed_today: "Failed today",
  },
  search: "Search runs",
  searchHint: "Search title, error, id, or status: wf: is:",
  clear: "Clear",
  removeClause: (clause: string) => `Remove ${clause}`,
  unknownField: (found: string, nearest: string) =>
    `There is no field \`${found}\`. Did you mean \`${nearest}:\`? Fields: status, wf, is.`,
  unknownValue: (found: string, nearest: string) =>
    found === ""
      ? "A value is missing after the colon."
      : `\`${found}\` is not a value of this field. Did you mean \`${nearest}\`?`,
  columns: {
    status: "Status",
    title: "Title",
    workflow: "Workflow",
    step: "Current or failed step",
    progress: "Progress",
    started: "Started",
    duration: "Duration",
  },
  list: "Runs, newest first",
  stepOf: (done: number, total: number, name: string) =>
    `${formatCount(done)}/${formatCount(total)} · ${name}`,
  progressOf: (done: number, total: number) => `${formatCount(done)}/${formatCount(total)}`,
  ending: "ending",
  suspect: (crashes: number) => `crashed ×${crashes}`,
  newRuns: (count: number) => `${formatCount(count)} new, press .`,
  showNew: (count: number) => `Show ${plural(count, { one: "new run", other: "new runs" })}`,
  loadingMore: "Loading more runs…",
  end: (count: number) => plural(count, { one: "run", other: "runs" }),
  noMatchTitle: "No run matches",
  removingWould: (clause: string, count: string) => `Removing \`${clause}\` would show ${count}.`,
  contradiction: "No run can be in all of these states at once.",
  firstTitle: "No runs yet",
  first: "Try a sample. None of them needs a key or touches anything but its own folder.",
  firstSample:
    "Takes about 60 s. Quit or kill the app half-way, then open it again: it goes on where it stopped.",
  steps: (count: number) => plural(count, { one: "step", other: "steps" }),
  startSample: "Start",
  orOwn: "Or bring your own:",
  openFile: "Open workflow file…",
  listFailed: "The runs could not be listed.",
  slow: "The data answers slowly: another program may be using the file. Nothing is lost; this page goes on waiting.",
  staleList: "What stands below is from before.",
  rowName: (parts: {
    readonly status: string;
    readonly title: string;
    readonly step: string | null;
    readonly done: number;
    readonly total: number;
    readonly started: string;
    readonly duration: string;
  }) =>
    [
      parts.status,
      parts.title,
      parts.step === null
        ? `${parts.done} of ${parts.total} steps`
        : `step ${parts.done} of ${parts.total} ${parts.step}`,
      `started ${parts.started}`,
      parts.duration,
    ].join(", "),
};
