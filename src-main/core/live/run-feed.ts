import type { RunOp, RunProgress } from "../../../app/contract/subscriptions.ts";
import { LogLevel } from "../../../app/contract/run.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import { RequestError } from "../request-error.ts";
import { createNodeTally, type NodeTally } from "../reading/node-tally.ts";
import type { ScreenReads } from "../reading/screen-reads.ts";
import type { Feed } from "./feed.ts";
import type { OpBatch } from "./op-batch.ts";

/** This far behind, a fresh snapshot is cheaper than everything that happened. */
const farBehind = 5_000;
const eventPage = 500;
/** Events that wait to be sent; of more the newest, the client pages the others. */
const keptEvents = 500;
/** Few enough to fill a batch to its brim, many enough that an operation costs next to nothing. */
const eventsAnOp = 32;
const nodesAtOnce = 500;
const keptProgress = 200;
const keptLogs = 200;
const longestLog = 4_000;
const firstNodes = 200;
/** The header follows the nodes that it speaks of; in an endless stream it comes at least this often. */
const headerEveryBatches = 10;

type RunReads = Pick<
  ScreenReads,
  "openRun" | "runDetail" | "eventsPage" | "nodeRows" | "nodeStatuses"
>;

/** One run: header, nodes as they change, the tail of its events, progress and log lines. */
export function createRunFeed(reads: RunReads, runId: string): Feed {
  const dirtyNodes = new Set<string>();
  const progress = new Map<string, RunProgress>();
  let events: RunEvent[] = [];
  let logs: Extract<RunOp, { op: "log" }>[] = [];
  let tally: NodeTally = createNodeTally([]);
  let knownSeq = 0;
  let latestSeq = 0;
  let isHeaderDirty = false;
  let batchesWithoutHeader = 0;

  function begin(lastSeq: number): void {
    dirtyNodes.clear();
    progress.clear();
    events = [];
    logs = [];
    knownSeq = lastSeq;
    latestSeq = Math.max(latestSeq, knownSeq);
    isHeaderDirty = latestSeq > knownSeq;
  }

  function apply(event: RunEvent): void {
    events.push(event);
    if (events.length > keptEvents * 2) events = events.slice(-keptEvents);
    if (event.type !== "node.status") return;
    dirtyNodes.add(event.data.nodeExecutionId);
    tally.apply(event);
  }

  /** Reads at least up to `upTo`, as far as there is anything; answers the last event's seq. */
  async function eachEvent(
    after: number,
    upTo: number,
    use: (event: RunEvent) => void,
  ): Promise<number> {
    let seq = after;
    while (seq < upTo) {
      const page = await reads.eventsPage({ runId, after: seq, limit: eventPage });
      for (const event of page.events) use(event);
      const last = page.events.at(-1);
      if (last === undefined) break;
      seq = last.seq;
    }
    return seq;
  }

  async function addNodes(batch: OpBatch): Promise<boolean> {
    const ids = [...dirtyNodes].slice(0, nodesAtOnce);
    for (const id of ids) dirtyNodes.delete(id);
    let fits = true;
    for (const node of await reads.nodeRows(runId, ids)) {
      fits &&= batch.add({ op: "node", node });
      if (!fits) dirtyNodes.add(node.nodeExecutionId);
    }
    return fits && dirtyNodes.size === 0;
  }

  function addEvents(batch: OpBatch): boolean {
    const newest = events.slice(-keptEvents);
    events = [];
    for (let from = 0; from < newest.length; from += eventsAnOp) {
      if (batch.add({ op: "events", events: newest.slice(from, from + eventsAnOp) })) continue;
      events = newest.slice(from);
      return false;
    }
    return true;
  }

  function addPassing(batch: OpBatch): void {
    for (const [nodePath, one] of progress) {
      if (batch.add({ op: "progress", progress: one })) progress.delete(nodePath);
    }
    logs = logs.filter((line) => !batch.add(line));
  }

  return {
    topic: "run",
    async snapshot() {
      const counted = await reads.nodeStatuses(runId);
      const opening = await reads.openRun(runId, firstNodes);
      if (counted === null || opening === null) {
        throw new RequestError("NOT_FOUND", `There is no run ${runId}.`);
      }
      const { lastSeq } = opening.run;
      const fresh = createNodeTally(counted.statuses);
      await eachEvent(counted.atLeastSeq, lastSeq, (event) => {
        if (event.seq <= lastSeq) fresh.apply(event);
      });
      tally = fresh;
      begin(lastSeq);
      return { ...opening, counts: tally.counts() };
    },
    retarget: () => false,
    note(signal) {
      if (signal.kind === "notice" || signal.runId !== runId) return false;
      switch (signal.kind) {
        case "committed":
          latestSeq = Math.max(latestSeq, signal.lastSeq);
          isHeaderDirty = true;
          return true;
        case "progress": {
          const { nodePath, attempt, fraction, message } = signal;
          if (progress.size >= keptProgress && !progress.has(nodePath)) return false;
          progress.set(nodePath, { nodePath, attempt, fraction, message });
          return true;
        }
        case "log": {
          const level = LogLevel.catch("info").parse(signal.level);
          const text = signal.text.slice(0, longestLog).toWellFormed();
          logs.push({ op: "log", nodePath: signal.nodePath, level, text });
          if (logs.length > keptLogs) logs.shift();
          return true;
        }
      }
    },
    get hasChanges() {
      return (
        isHeaderDirty ||
        latestSeq > knownSeq ||
        dirtyNodes.size + events.length + progress.size + logs.length > 0
      );
    },
    get pending() {
      return dirtyNodes.size + events.length + progress.size + logs.length;
    },
    async fill(batch, { isHidden }) {
      if (isHidden) return "filled";
      if (latestSeq - knownSeq > farBehind) return "snapshot";
      // The header first: what is read after it is at least as new as what it says.
      const wasHeaderDirty = isHeaderDirty;
      isHeaderDirty = false;
      const run = wasHeaderDirty ? await reads.runDetail(runId) : null;
      const upTo = Math.max(latestSeq, run?.lastSeq ?? 0);
      knownSeq = await eachEvent(knownSeq, upTo, apply);
      const allNodes = await addNodes(batch);
      const allEvents = allNodes && addEvents(batch);
      const isDue = (allNodes && allEvents) || batchesWithoutHeader >= headerEveryBatches;
      if (run !== null && isDue && batch.add({ op: "run", run })) {
        batchesWithoutHeader = 0;
        batch.add({ op: "counts", counts: tally.counts() });
      } else if (wasHeaderDirty) {
        isHeaderDirty = true;
        batchesWithoutHeader += 1;
      }
      addPassing(batch);
      return "filled";
    },
  };
}
