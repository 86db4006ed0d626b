import { CoreMessage } from "../../../app/contract/envelope.ts";
import type { NodeRow } from "../../../app/contract/node-row.ts";
import type { RunDetail } from "../../../app/contract/run-detail.ts";
import type { RunRow } from "../../../app/contract/run-row.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";

// For tests: a client as the contract asks it to be. It applies what it is sent, finds gaps, and
// acknowledges when it is told to.

export interface Viewer {
  receive(bytes: Uint8Array): void;
  readonly rows: ReadonlyMap<string, RunRow>;
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly events: readonly RunEvent[];
  readonly run: RunDetail | null;
  readonly counts: Readonly<Record<string, number>> | null;
  readonly counters: Readonly<Record<string, number>> | null;
  /** Of the last snapshot of runs. */
  readonly continues: boolean | null;
  readonly arrived: number;
  readonly rev: number;
  readonly batches: number;
  readonly snapshots: number;
  readonly gaps: number;
  /** Of those that were to be lost. */
  readonly lost: number;
  readonly longestMessage: number;
  readonly mostOps: number;
  readonly ended: string | null;
}

export function createViewer(options: {
  /** Called after each message that was applied. */
  readonly onApplied: (rev: number) => void;
  readonly onGap?: () => void;
  /** Messages to lose on the way, by their number from 1. */
  readonly lose?: ReadonlySet<number>;
}): Viewer {
  const rows = new Map<string, RunRow>();
  const nodes = new Map<string, NodeRow>();
  const seen = {
    rows,
    nodes,
    events: [] as RunEvent[],
    run: null as RunDetail | null,
    counts: null as Record<string, number> | null,
    counters: null as Record<string, number> | null,
    continues: null as boolean | null,
    arrived: 0,
    rev: 0,
    batches: 0,
    snapshots: 0,
    gaps: 0,
    lost: 0,
    longestMessage: 0,
    mostOps: 0,
    ended: null as string | null,
  };
  let messages = 0;

  function applySnapshot(message: Extract<CoreMessage, { kind: "snapshot" }>): void {
    seen.snapshots += 1;
    seen.rev = message.rev;
    switch (message.topic) {
      case "runs":
        rows.clear();
        for (const { row } of message.snapshot.rows) rows.set(row.runId, row);
        seen.counters = message.snapshot.counters;
        seen.continues = message.snapshot.continues;
        return;
      case "run":
        nodes.clear();
        for (const node of message.snapshot.nodes) nodes.set(node.nodeExecutionId, node);
        seen.run = message.snapshot.run;
        seen.counts = message.snapshot.counts;
        seen.events = [...message.snapshot.events];
        return;
      case "engine":
    }
  }

  function applyDelta(message: Extract<CoreMessage, { kind: "delta" }>): void {
    seen.rev = message.toRev;
    seen.mostOps = Math.max(seen.mostOps, message.ops.length);
    for (const op of message.ops) {
      switch (op.op) {
        case "counters":
          seen.counters = op.counters;
          break;
        case "row":
          rows.set(op.row.runId, op.row);
          break;
        case "arrived":
          seen.arrived += op.count;
          break;
        case "run":
          seen.run = op.run;
          break;
        case "counts":
          seen.counts = op.counts;
          break;
        case "node":
          nodes.set(op.node.nodeExecutionId, op.node);
          break;
        case "events":
          seen.events.push(...op.events);
          break;
        case "progress":
        case "log":
        case "engine":
      }
    }
  }

  return Object.assign(seen, {
    receive(bytes: Uint8Array) {
      messages += 1;
      if (options.lose?.has(messages) === true) {
        seen.lost += 1;
        return;
      }
      seen.longestMessage = Math.max(seen.longestMessage, bytes.length);
      const message = CoreMessage.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
      if (message.kind === "answer") return;
      if (message.kind === "ended") {
        seen.ended = message.error.code;
        return;
      }
      seen.batches += 1;
      if (message.kind === "snapshot") applySnapshot(message);
      else if (message.fromRev === seen.rev) applyDelta(message);
      else {
        seen.gaps += 1;
        options.onGap?.();
        return;
      }
      options.onApplied(seen.rev);
    },
  });
}
