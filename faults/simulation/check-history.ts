import { isLegalTransition } from "../../app/engine/transitions.ts";
import type { RunEventData } from "../../app/model/run-event.ts";
import { parseRunEventData } from "../../app/model/run-event.ts";
import { compareRows } from "./compare-rows.ts";
import type { Replayed, ReplayedNode } from "./replayed-run.ts";
import { newNode, nodeOf, terminal } from "./replayed-run.ts";
import type { EventRow, RunRow, SimDatabase } from "./sim-database.ts";

type Problem = (text: string) => void;

/**
 * Replays every run's events: the changes are legal and follow one another, each group leaves the run
 * whole, and the rows are what the events say (reliability.md §2; engine.md §2, §4).
 */
export function checkHistories(database: SimDatabase, problem: Problem): void {
  for (const run of database.runs()) checkHistory(database, run, problem);
  for (const job of database.jobs()) {
    if (job.newestRun !== job.newestByKey)
      problem(`job ${job.job} does not point at its newest run`);
    if (job.state !== job.newestStatus)
      problem(`job ${job.job} is ${job.state}, its newest run ${job.newestStatus}`);
    if (job.unfinished > 1) problem(`job ${job.job} has ${job.unfinished} unfinished runs`);
  }
  for (const { status, runs } of database.counts())
    problem(`the counter of ${status} runs says ${runs}, which is wrong`);
}

function checkHistory(database: SimDatabase, run: RunRow, problem: Problem): void {
  const events = database.events(run.runId);
  const say = (text: string): void => problem(`run ${run.runId}: ${text}`);
  const replayed: Replayed = {
    status: null,
    closing: null,
    wakeAt: null,
    error: null,
    crashCount: 0,
    nodesDone: 0,
    nodes: new Map(),
    skipped: new Set(),
  };
  const endedGroups = new Set<string>();
  for (const [index, event] of events.entries()) {
    if (event.seq !== index + 1) return say(`event ${index + 1} is missing, ${event.seq} follows`);
    if (endedGroups.has(event.groupId)) say(`group ${event.groupId} is torn apart at ${event.seq}`);
    replay(replayed, event, events, (text) => say(`event ${event.seq} ${event.type}: ${text}`));
    if (events[index + 1]?.groupId === event.groupId) continue;
    endedGroups.add(event.groupId);
    checkWhole(replayed, (text) => say(`after event ${event.seq}: ${text}`));
  }
  checkEpochs(events, say);
  compareRows(database, run, replayed, events.length, say);
}

function replay(run: Replayed, event: EventRow, events: readonly EventRow[], say: Problem): void {
  const { type, data } = parseRunEventData(event.type, JSON.parse(event.data));
  const actor = event.actorKind as Parameters<typeof isLegalTransition>[1]["actor"]; // checked by its use
  const move = (from: string | null, to: string): void => {
    if (from !== run.status) say(`from ${from}, but the run is ${run.status}`);
    if (!isLegalTransition("run", { from, to, actor }))
      say(`${from} > ${to} by ${actor} is illegal`);
    if (run.status !== null && terminal.has(run.status)) say(`the run had ended as ${run.status}`);
    run.status = to;
    run.wakeAt = null;
    run.error = null;
  };
  switch (type) {
    case "run.created":
      move(null, "queued");
      return;
    case "run.status":
      move(data.from, data.to);
      run.wakeAt = data.wakeAt ?? null;
      run.error = data.error ?? null;
      if (terminal.has(data.to)) checkEnd(run, data, say);
      return;
    case "run.closing":
      if (run.closing !== null) say("the run was closing already");
      if (run.status !== null && terminal.has(run.status)) say("the run had ended");
      run.closing = data;
      return;
    case "workflow_recovery":
      replayRecovery(run, event, events, data, { move, say });
      return;
    case "run.resumed":
      move(data.from, data.to);
      if (data.from === "poisoned") run.crashCount = 0;
      return;
    case "node.status":
      replayNode(run, event, data, say);
      return;
    case "node.skipped":
      if (run.nodes.has(data.nodePath))
        say(`${data.nodePath} is skipped, but it has been executed`);
      if (run.skipped.has(data.nodePath)) say(`${data.nodePath} is skipped twice`);
      run.skipped.add(data.nodePath);
      run.nodesDone += 1;
      return;
    case "step.intended":
    case "step.recorded": {
      const node = nodeOf(run, data.nodeExecutionId);
      if (node === undefined) return say("of an unknown node");
      if (node.status !== "running" || data.attempt !== node.attempts.length)
        say(
          `in attempt ${data.attempt}, but the node is ${node.status}, attempt ${node.attempts.length}`,
        );
      const key = `${data.name}(${data.n})`;
      if (node.steps.get(key) === "recorded") say(`${key} is recorded already`);
      node.steps.set(key, type === "step.recorded" ? "recorded" : "intended");
      if (type === "step.recorded") run.crashCount = 0;
      return;
    }
    case "confirmation.given":
    case "capability.checked":
    case "run.annotated":
      return;
  }
}

type DataOf<Type extends RunEventData["type"]> = Extract<RunEventData, { type: Type }>["data"];

function replayRecovery(
  run: Replayed,
  event: EventRow,
  events: readonly EventRow[],
  data: DataOf<"workflow_recovery">,
  { move, say }: { readonly move: (from: string, to: string) => void; readonly say: Problem },
): void {
  move(data.from, data.to);
  if (event.actorKind !== "system") say(`by ${event.actorKind}`);
  const wasInFlight = events.some(
    (other) =>
      other.groupId === event.groupId &&
      other.type === "node.status" &&
      (JSON.parse(other.data) as DataOf<"node.status">).from === "running",
  );
  if (data.to !== "stalled") {
    if (run.closing?.to !== data.to) say(`ended as ${data.to}, but was not closing to that`);
    run.error = (run.closing as { error?: unknown }).error ?? null;
    // Whether it still counts the crash matters to nobody: the run has ended.
    run.crashCount = data.crashCount;
    return;
  }
  if (run.closing !== null) say("a closing run was stalled");
  const expected = run.crashCount + (data.reason === "crash" && wasInFlight ? 1 : 0);
  if (data.crashCount !== expected) say(`crashCount is ${data.crashCount}, not ${expected}`);
  run.crashCount = data.crashCount;
  const isPoisoned = events.some(
    (other) =>
      other.groupId === event.groupId &&
      other.type === "run.status" &&
      (JSON.parse(other.data) as DataOf<"run.status">).to === "poisoned",
  );
  if (isPoisoned !== expected >= 3) say(`poisoned: ${isPoisoned} after ${expected} crashes`);
}

function replayNode(
  run: Replayed,
  event: EventRow,
  data: DataOf<"node.status">,
  say: Problem,
): void {
  const { nodePath, sequence, to, attempt } = data;
  const known = run.nodes.get(nodePath);
  const actor = event.actorKind as Parameters<typeof isLegalTransition>[1]["actor"]; // checked by its use
  const from = known?.status ?? null;
  if ((data.from ?? null) !== from)
    say(`${nodePath} from ${data.from ?? "-"}, but it is ${from ?? "-"}`);
  if (!isLegalTransition("node", { from, to, actor }))
    say(`${nodePath} ${from} > ${to} by ${actor} is illegal`);
  if (run.status !== null && terminal.has(run.status))
    say(`${nodePath} changed in a run that had ended`);
  if (run.skipped.has(nodePath)) say(`${nodePath} is executed, but it was skipped`);
  const node = known ?? newNode(sequence);
  run.nodes.set(nodePath, node);
  if (node.sequence !== sequence) say(`${nodePath} changed its sequence`);
  if (known === undefined) {
    for (const other of run.nodes.values())
      if (other !== node && other.sequence === sequence)
        say(`two nodes have the sequence ${sequence}`);
  }
  replayAttempt(node, data, event, say);
  node.status = to;
  if (data.inputRef !== undefined) {
    if (node.inputSha256 !== null && node.inputSha256 !== data.inputRef.sha256)
      say(`${nodePath} has a second input`);
    node.inputSha256 = data.inputRef.sha256;
  }
  if (data.outputRef !== undefined) {
    if (node.outputSha256 !== null) say(`${nodePath} has a second output`);
    node.outputSha256 = data.outputRef.sha256;
  }
  if (data.takenEdges !== undefined) {
    if (node.takenEdges !== null) say(`the edges of ${nodePath} are decided twice`);
    node.takenEdges = data.takenEdges;
  }
  node.notBefore = data.notBefore ?? null;
  node.question = data.question ?? null;
  node.error = data.error ?? null;
  if (terminal.has(to)) run.nodesDone += 1;
  if (to === "completed" || to === "completed_with_issues") run.crashCount = 0;
  if (known === undefined && to === "completed") run.crashCount = 0;
  if (attempt !== undefined && attempt.status === "running") node.mayRunAgain = false;
}

function replayAttempt(
  node: ReplayedNode,
  { nodePath, to, attempt, reason }: DataOf<"node.status">,
  event: EventRow,
  say: Problem,
): void {
  const open = node.attempts.at(-1)?.status === "running";
  if (to === "running") {
    if (open) say(`${nodePath} has two open attempts`);
    if (attempt?.number !== node.attempts.length + 1)
      say(`${nodePath} begins attempt ${attempt?.number}, after ${node.attempts.length}`);
    node.attempts.push({ status: "running", error: null });
  } else if (open) {
    if (attempt?.number !== node.attempts.length || attempt.status === "running")
      say(`${nodePath} left running without the end of its attempt`);
    node.attempts[node.attempts.length - 1] = {
      status: attempt?.status ?? "?",
      error: attempt?.error ?? null,
    };
    if (attempt?.error?.effectNotStarted === true) node.mayRunAgain = true;
  } else if (attempt !== undefined) say(`${nodePath} has no open attempt to end`);
  if (to === "queued" && reason === "run again" && event.actorKind !== "engine")
    node.mayRunAgain = true;
}

/** What holds after every group: what a crash at that moment would leave. */
function checkWhole(run: Replayed, say: Problem): void {
  const { status } = run;
  for (const [path, node] of run.nodes) {
    if (node.status === "running" && status !== "running")
      say(`${path} is running, the run is ${status}`);
    if (node.status === "stalled" && status !== "stalled" && status !== "poisoned")
      say(`${path} is stalled, the run is ${status}`);
    if (status !== null && terminal.has(status) && !terminal.has(node.status))
      say(`${path} is ${node.status}, the run is ${status}`);
    const open = node.attempts.at(-1)?.status === "running";
    if (open !== (node.status === "running"))
      say(`${path} is ${node.status}, its attempt open: ${open}`);
  }
  if (status === "awaiting_user" && !some(run, "awaiting_user")) say("the run waits for nobody");
  if (status === "awaiting_validation" && !some(run, "awaiting_validation"))
    say("the run waits for no validation");
}

function some(run: Replayed, status: string): boolean {
  return [...run.nodes.values()].some((node) => node.status === status);
}

function checkEnd(run: Replayed, data: DataOf<"run.status">, say: Problem): void {
  const { closing } = run;
  const isClosed =
    data.to === "cancelled" || (data.to === "failed" && data.error?.code !== "OUTPUT");
  if (closing !== null && closing.to !== data.to)
    say(`ended as ${data.to}, closing was ${closing.to}`);
  if (isClosed && closing === null) say(`ended as ${data.to} without a closing`);
}

/** Once a newer engine wrote, an older one never does. */
function checkEpochs(events: readonly EventRow[], say: Problem): void {
  let newest = 0;
  for (const { epoch, seq } of events) {
    if (epoch === null) continue;
    if (epoch < newest) say(`event ${seq} was written by epoch ${epoch} after ${newest}`);
    newest = Math.max(newest, epoch);
  }
}
