import type { ApiError } from "../../app/contract/api-error.ts";
import type { RequestOutput } from "../../app/contract/contract.ts";
import { limits } from "../../app/contract/limits.ts";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { PlannedNode, RunGap } from "../../app/contract/run.ts";
import type { JobSummary, NodeCounts, RunDetail } from "../../app/contract/run-detail.ts";
import type { RunOp, RunProgress } from "../../app/contract/subscriptions.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import type { ApiResult } from "../api-result.ts";
import type { ApiClient, TopicMessage } from "../link/api-client.ts";
import { createEventHistory, type EventHistory } from "./event-history.ts";
import { noNodes, type NodeTable } from "./node-table.ts";
import type { Schedule } from "./schedule.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";
import { watchTopic } from "./watch-topic.ts";

/** Everything that the run page shows, replaced as a whole with each batch. */
export interface OpenRunView {
  /** Null until the first snapshot. */
  readonly run: RunDetail | null;
  readonly counts: NodeCounts | null;
  readonly nodes: NodeTable;
  readonly outline: readonly PlannedNode[];
  readonly job: JobSummary | null;
  /** Stretches in which the run stood still. */
  readonly gaps: readonly RunGap[];
  /** By node path: what a running step says of itself. */
  readonly progress: ReadonlyMap<string, RunProgress>;
  readonly error: ApiError | null;
}

export interface OpenRun {
  readonly runId: string;
  readonly view: StoreValue<OpenRunView>;
  readonly history: EventHistory;
  close(): void;
}

export function openRun(options: {
  readonly runId: string;
  readonly client: ApiClient;
  readonly schedule: Schedule;
}): OpenRun {
  const { runId, client, schedule } = options;
  const view = createStoreValue<OpenRunView>(emptyView());
  const history = createEventHistory(client, runId);
  const closing = new AbortController();
  /** Node executions that a delta brought while pages were on their way: a page must not undo them. */
  let fresh = new Set<string>();

  const change = (part: Partial<OpenRunView>): void => view.set({ ...view.get(), ...part });

  /** Everything of one frame at once: what a batch costs must not grow with the run. */
  const apply = (messages: readonly TopicMessage[]): void => {
    let next = view.get();
    let events: RunEvent[] = [];
    const nodes = new Map<string, NodeRow>();
    let progress: Map<string, RunProgress> | null = null;
    for (const message of messages) {
      if (message.topic !== "run") continue;
      if (message.kind === "snapshot") {
        const { run, job, counts, nodes: firstPage, nextNodes, events: tail } = message.snapshot;
        for (const node of firstPage) nodes.set(node.nodeExecutionId, node);
        next = { ...next, run, job, counts, error: null };
        fresh = new Set();
        history.take(events);
        events = [];
        history.takeTail(tail);
        // After the snapshot: a gap that begins from here on is told by its event.
        void loadGaps();
        if (nextNodes !== null) void loadNodes(nextNodes);
        continue;
      }
      for (const op of message.ops) {
        if (op.op === "node") {
          nodes.set(op.node.nodeExecutionId, op.node);
          fresh.add(op.node.nodeExecutionId);
        } else if (op.op === "progress") {
          progress ??= new Map(next.progress);
          progress.set(op.progress.nodePath, op.progress);
        } else if (op.op === "events") events.push(...op.events);
        else next = applyHeader(next, op);
      }
    }
    history.take(events);
    if (events.some((event) => gapEvents.has(event.type))) void loadGaps();
    view.set({
      ...next,
      ...(nodes.size === 0 ? {} : { nodes: next.nodes.with([...nodes.values()]) }),
      ...(progress === null ? {} : { progress }),
    });
  };

  const loadNodes = async (after: number): Promise<void> => {
    let from: number | null = after;
    while (from !== null && !closing.signal.aborted) {
      const answer: ApiResult<RequestOutput<"run.nodes">> = await client.request(
        "run.nodes",
        { runId, after: from, limit: limits.pageRows },
        { signal: closing.signal },
      );
      if (!answer.ok) return;
      const unknown = answer.value.nodes.filter((node) => !fresh.has(node.nodeExecutionId));
      change({ nodes: view.get().nodes.with(unknown) });
      from = answer.value.next;
    }
  };

  const loadOutline = async (): Promise<void> => {
    let after: number | null = 0;
    while (after !== null && !closing.signal.aborted) {
      const answer: ApiResult<RequestOutput<"run.outline">> = await client.request("run.outline", {
        runId,
        after,
        limit: limits.pageRows,
      });
      if (!answer.ok) return;
      change({ outline: [...view.get().outline, ...answer.value.nodes] });
      after = answer.value.next;
    }
  };

  const loadGaps = async (): Promise<void> => {
    const answer = await client.request("run.gaps", { runId });
    if (answer.ok && !closing.signal.aborted) change({ gaps: answer.value.gaps });
  };

  const watch = watchTopic({
    client,
    topic: { topic: "run", runId },
    schedule,
    apply,
    onEnded: (error) => change({ error }),
    onLost: () => {
      if (view.get().outline.length === 0) void loadOutline();
    },
  });
  if (client.connection.state === "up") void loadOutline();

  return {
    runId,
    view,
    history,
    close: () => {
      closing.abort();
      history.close();
      watch.close();
    },
  };
}

const emptyView = (): OpenRunView => ({
  run: null,
  counts: null,
  nodes: noNodes(),
  outline: [],
  job: null,
  gaps: [],
  progress: new Map(),
  error: null,
});

/** After these a stretch without work has begun or ended. */
const gapEvents: ReadonlySet<string> = new Set(["workflow_recovery", "run.resumed", "run.status"]);

function applyHeader(known: OpenRunView, op: RunOp): OpenRunView {
  switch (op.op) {
    case "run":
      return isOlder(op.run, known.run) ? known : { ...known, run: op.run };
    case "counts":
      return { ...known, counts: op.counts };
    case "events":
    case "node":
    case "progress":
    case "log":
      return known;
  }
}

/** A terminal state is never undone by a message that was overtaken. */
function isOlder(next: RunDetail, known: RunDetail | null): boolean {
  return known !== null && next.revision < known.revision;
}
