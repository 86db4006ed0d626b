import type { NodeRow, ShortAttempt } from "../../app/contract/node-row.ts";
import type { PlannedNode, RunGap } from "../../app/contract/run.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";
import { parseTime } from "../format/time.ts";
import type { ShownStatus } from "../status/status-style.ts";
import { classOfExecuted, classOfPlanned, commonName } from "./waterfall/group-siblings.ts";
import { endAtGap, nodeSegments } from "./waterfall/node-segments.ts";
import { layOut, type LaidOut, type TimelineLayout } from "./waterfall/timeline-layout.ts";
import { createTimelineTotals, type TimelineTotals } from "./waterfall/timeline-totals.ts";
import type { Timeline, TimelineAttempt, TimelineGap, TimelineNode } from "./waterfall/timeline.ts";

interface TimelineParts {
  readonly run: Pick<RunDetail, "startedAt" | "createdAt" | "finishedAt">;
  /** In the order in which they were created. */
  readonly nodes: readonly NodeRow[];
  readonly outline: readonly PlannedNode[];
  readonly gaps: readonly RunGap[];
  /** Paths of nodes that no edge led to. */
  readonly skipped: ReadonlySet<string>;
}

/** What was built last, and where each part of it stands. */
interface Built {
  readonly parts: TimelineParts;
  readonly gaps: readonly TimelineGap[];
  readonly rows: readonly TimelineNode[];
  /** By index in `parts.nodes`: the place in `rows`. */
  readonly places: number[];
  /** By path: nodes that were not reached yet. */
  readonly unreached: Map<string, PlannedNode>;
  readonly layout: TimelineLayout;
  readonly totals: TimelineTotals;
}

/**
 * The picture of a run: a row for each node execution, and one for each node that was not reached. It
 * remembers the picture before: only what changed is made anew, and a row that stayed is the same object.
 */
export function createTimelineBuilder(): (parts: TimelineParts) => Timeline {
  let built: Built | null = null;
  return (parts) => {
    built = (built === null ? null : patch(built, parts)) ?? build(parts, built);
    const { rows, gaps, layout, totals } = built;
    const startMs = parseTime(parts.run.startedAt ?? parts.run.createdAt);
    const endMs = parseTime(parts.run.finishedAt);
    return { startMs, endMs, nodes: rows, gaps, layout, ...totals.read() };
  };
}

/** Null when a row would change its place, or all of them their look. */
function patch(built: Built, parts: TimelineParts): Built | null {
  const { parts: known, gaps, places, unreached, layout, totals } = built;
  if (known.outline !== parts.outline || known.gaps !== parts.gaps) return null;
  let rows: TimelineNode[] | null = null;
  const put = (place: number, row: TimelineNode): void => {
    rows ??= built.rows.slice();
    totals.take(place, rows[place] ?? null, row);
    rows[place] = row;
  };
  for (let index = 0; index < parts.nodes.length; index++) {
    const node = parts.nodes[index];
    const before = known.nodes[index];
    if (node === undefined || node === before) continue;
    if (before !== undefined && before.nodeExecutionId !== node.nodeExecutionId) return null;
    const row = executedNode(node, gaps);
    let place = places[index];
    if (before === undefined) {
      place = layout.placeOf(row.path);
      if (place === undefined) {
        // One more of many siblings has its place behind them.
        place = (rows ?? built.rows).length;
        if (!layout.append(laidOut(node, row, null))) return null;
      } else if (unreached.delete(row.path)) layout.rename(place, row.key);
      else return null;
      places[index] = place;
    }
    if (place === undefined) return null;
    put(place, row);
  }
  if (known.skipped !== parts.skipped) {
    for (const [path, plan] of unreached) {
      const place = layout.placeOf(path);
      if (place === undefined || known.skipped.has(path) === parts.skipped.has(path)) continue;
      put(place, plannedNode(plan, parts.skipped));
    }
  }
  return { ...built, parts, rows: rows ?? built.rows };
}

/** By place in the plan, iterations of a node together: a row never changes its place. */
function build(parts: TimelineParts, built: Built | null): Built {
  const { nodes, outline, skipped } = parts;
  const gaps = parts.gaps.map((gap) => ({
    kind: gap.kind,
    startMs: parseTime(gap.startedAt),
    endMs: parseTime(gap.endedAt),
  }));
  const drawn = new Map<NodeRow, TimelineNode>();
  if (built !== null && built.parts.gaps === parts.gaps) {
    for (const [index, node] of built.parts.nodes.entries()) {
      const row = built.rows[built.places[index] ?? -1];
      if (row !== undefined) drawn.set(node, row);
    }
  }
  const byPath = Map.groupBy(nodes.keys(), (index) => nodes[index]?.nodePath ?? "");
  const rows: TimelineNode[] = [];
  const laid: LaidOut[] = [];
  const names: string[] = [];
  const types: string[] = [];
  const places: number[] = [];
  const unreached = new Map<string, PlannedNode>();
  const addExecuted = (index: number, plan: PlannedNode | null): void => {
    const node = nodes[index];
    if (node === undefined) return;
    const row = drawn.get(node) ?? executedNode(node, gaps);
    places[index] = rows.length;
    rows.push(row);
    laid.push(laidOut(node, row, plan));
    names.push(node.name);
    types.push(node.nodeType);
  };
  for (const plan of outline) {
    const executions = byPath.get(plan.nodeId);
    byPath.delete(plan.nodeId);
    executions?.forEach((index) => addExecuted(index, plan));
    if (executions !== undefined) continue;
    unreached.set(plan.nodeId, plan);
    const row = plannedNode(plan, skipped);
    rows.push(row);
    laid.push({ key: row.key, path: row.path, siblings: classOfPlanned(plan) });
    names.push(plan.name);
    types.push(plan.type);
  }
  // Not in the plan that is loaded so far, or inside a loop.
  for (const executions of byPath.values()) {
    executions.forEach((index) => addExecuted(index, null));
  }
  const layout = layOut(laid);
  const totals = createTimelineTotals(
    layout,
    layout.groups.map(
      ({ places: members }) =>
        commonName(members.map((place) => names[place] ?? "")) ?? types[members[0] ?? -1] ?? "",
    ),
  );
  for (const [place, row] of rows.entries()) totals.take(place, null, row);
  return { parts, gaps, rows, places, unreached, layout, totals };
}

function laidOut(node: NodeRow, row: TimelineNode, plan: PlannedNode | null): LaidOut {
  const isPlanned = plan !== null && node.iterationPath === "";
  const siblings = isPlanned ? classOfPlanned(plan) : classOfExecuted(node);
  return { key: row.key, path: row.path, siblings };
}

function plannedNode(plan: PlannedNode, skipped: ReadonlySet<string>): TimelineNode {
  const status = skipped.has(plan.nodeId) ? "skipped" : "pending";
  const { nodeId: key, name: label } = plan;
  return { key, path: key, label, status, segments: [], attempts: [] };
}

function executedNode(node: NodeRow, gaps: readonly TimelineGap[]): TimelineNode {
  const attempts = attemptsOf(node).map((attempt) => endAtGap(attempt, gaps));
  const segments = nodeSegments(
    {
      status: node.status,
      createdMs: parseTime(node.createdAt),
      finishedMs: parseTime(node.finishedAt),
      notBeforeMs: parseTime(node.notBefore),
      attempts,
    },
    gaps,
  );
  const { nodeExecutionId: key, iterationPath, nodePath, name, status } = node;
  const path = iterationPath === "" ? nodePath : `${nodePath} [${iterationPath}]`;
  const label = iterationPath === "" ? name : `${name} [${iterationPath}]`;
  return { key, path, label, status, segments, attempts };
}

function attemptsOf(node: NodeRow): readonly TimelineAttempt[] {
  const { earlierAttempts, currentAttempt } = node;
  const all = currentAttempt === null ? earlierAttempts : [...earlierAttempts, currentAttempt];
  return all.map((attempt) => ({
    number: attempt.number,
    status: shownStatus(node, attempt),
    startMs: parseTime(attempt.startedAt),
    endMs: parseTime(attempt.finishedAt),
    isInterrupted: attempt.errorCode === "INTERRUPTED",
    message: attempt === currentAttempt ? (node.error?.message ?? null) : attempt.errorCode,
  }));
}

/** An attempt knows no issues; its node does. */
function shownStatus(node: NodeRow, attempt: ShortAttempt): ShownStatus {
  const hasIssues = node.status === "completed_with_issues" && attempt.status === "completed";
  return hasIssues ? node.status : attempt.status;
}
