import type { TimelineAttempt, TimelineNode } from "./timeline.ts";

/** One line of the treegrid: a node, or one of its attempts while the node is expanded. */
export type WaterfallRow =
  | { readonly kind: "node"; readonly key: string; readonly node: TimelineNode }
  | {
      readonly kind: "attempt";
      readonly key: string;
      readonly node: TimelineNode;
      readonly attempt: TimelineAttempt;
    };

export function waterfallRows(
  nodes: readonly TimelineNode[],
  expanded: ReadonlySet<string>,
): readonly WaterfallRow[] {
  const rows: WaterfallRow[] = [];
  for (const node of nodes) {
    rows.push(nodeRow(node));
    if (!expanded.has(node.key)) continue;
    for (const attempt of node.attempts) {
      rows.push({ kind: "attempt", key: `${node.key}#${attempt.number}`, node, attempt });
    }
  }
  return rows;
}

/** A node that stayed the same keeps its row, so that nothing of it is drawn again. */
const knownRows = new WeakMap<TimelineNode, WaterfallRow>();

function nodeRow(node: TimelineNode): WaterfallRow {
  const known = knownRows.get(node);
  if (known !== undefined) return known;
  const row: WaterfallRow = { kind: "node", key: node.key, node };
  knownRows.set(node, row);
  return row;
}

/** Nodes with one attempt have nothing to unfold. */
export function isExpandable(node: TimelineNode): boolean {
  return node.attempts.length > 1;
}
