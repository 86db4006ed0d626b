import type { ApiError } from "../../app/contract/api-error.ts";
import type { RequestOutput } from "../../app/contract/contract.ts";
import { limits } from "../../app/contract/limits.ts";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { PlannedNode, RunGap } from "../../app/contract/run.ts";
import type { JobSummary, NodeCounts, RunDetail } from "../../app/contract/run-detail.ts";
import type { RunOp, RunProgress } from "../../app/contract/subscriptions.ts";
import type { ApiResult } from "../api-result.ts";
import type { ApiClient, TopicMessage } from "../link/api-client.ts";
import { createEventHistory, type EventHistory } from "./event-history.ts";
import type { Schedule } from "./schedule.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";
import { watchTopic } from "./watch-topic.ts";

/** Everything that the run page shows, replaced as a whole with each batch. */
export interface OpenRunView {
  /** Null until the first snapshot. */
  readonly run: RunDetail | null;
  readonly counts: NodeCounts | null;
  /** By node execution id, in the order in which they were created. */
  readonly nodes: ReadonlyMap<string, NodeRow>;
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
  const view = createStoreValue<OpenRunView>(emptyView);
  const history = createEventHistory(client, runId);
  const closing = new AbortController();
  /** Node executions that a delta brought while pages were on their way: a page must not undo them. */
  let fresh = new Set<string>();

  const change = (part: Partial<OpenRunView>): void => view.set({ ...view.get(), ...part });

  const apply = (messages: readonly TopicMessage[]): void => {
    let next = view.get();
    let nodes: Map<string, NodeRow> | null = null;
    let progress: Map<string, RunProgress> | null = null;
    for (const message of messages) {
      if (message.topic !== "run") continue;
      if (message.kind === "snapshot") {
        const { run, job, counts, nodes: firstPage, nextNodes, events } = message.snapshot;
        nodes ??= new Map(next.nodes);
        for (const node of firstPage) nodes.set(node.nodeExecutionId, node);
        next = { ...next, run, job, counts, error: null };
        fresh = new Set();
        history.takeTail(events);
        // After the snapshot: a gap that begins from here on is told by its event.
        void loadGaps();
        if (nextNodes !== null) void loadNodes(nextNodes);
        continue;
      }
      for (const op of message.ops) {
        if (op.op === "node") {
          nodes ??= new Map(next.nodes);
          nodes.set(op.node.nodeExecutionId, op.node);
          fresh.add(op.node.nodeExecutionId);
        } else if (op.op === "progress") {
          progress ??= new Map(next.progress);
          progress.set(op.progress.nodePath, op.progress);
        } else next = applyHeader(next, op);
      }
    }
    view.set({
      ...next,
      ...(nodes === null ? {} : { nodes }),
      ...(progress === null ? {} : { progress }),
    });
  };

  const applyHeader = (known: OpenRunView, op: RunOp): OpenRunView => {
    switch (op.op) {
      case "run":
        return isOlder(op.run, known.run) ? known : { ...known, run: op.run };
      case "counts":
        return { ...known, counts: op.counts };
      case "events":
        history.take(op.events);
        if (op.events.some((event) => gapEvents.has(event.type))) void loadGaps();
        return known;
      case "node":
      case "progress":
      case "log":
        return known;
    }
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
      const nodes = new Map(view.get().nodes);
      for (const node of answer.value.nodes) {
        if (!fresh.has(node.nodeExecutionId)) nodes.set(node.nodeExecutionId, node);
      }
      change({ nodes: new Map([...nodes].toSorted(([, a], [, b]) => a.sequence - b.sequence)) });
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

const emptyView: OpenRunView = {
  run: null,
  counts: null,
  nodes: new Map(),
  outline: [],
  job: null,
  gaps: [],
  progress: new Map(),
  error: null,
};

/** After these a stretch without work has begun or ended. */
const gapEvents: ReadonlySet<string> = new Set(["workflow_recovery", "run.resumed", "run.status"]);

/** A terminal state is never undone by a message that was overtaken. */
function isOlder(next: RunDetail, known: RunDetail | null): boolean {
  return known !== null && next.revision < known.revision;
}
