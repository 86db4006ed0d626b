import { ChevronRight } from "lucide-react";
import { memo, type ReactNode } from "react";
import { formatDuration } from "../../format/duration.ts";
import { formatPreciseClock } from "../../format/time.ts";
import { runMessages } from "../../messages/run-messages.ts";
import { StatusIcon } from "../../status/StatusIcon.tsx";
import { wordOf } from "../../status/StatusLabel.tsx";
import type { ShownStatus } from "../../status/status-style.ts";
import { classNames } from "../../ui/class-names.ts";
import { lane } from "./lane-geometry.ts";
import { isExpandable, type WaterfallRow } from "./waterfall-rows.ts";
import styles from "./Waterfall.module.css";

export interface WaterfallRowProps {
  readonly id: string;
  readonly row: WaterfallRow;
  readonly index: number;
  readonly now: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly isExpanded: boolean;
  readonly onSelect: () => void;
  readonly onFold: (isOpen: boolean) => void;
}

/** One row of the treegrid: what the canvas shows as a bar stands here in words. */
export const WaterfallRowView = memo(
  function WaterfallRowView(props: WaterfallRowProps): ReactNode {
    const { row } = props;
    const facts = factsOf(row, props.now);
    const canExpand = row.kind === "node" && isExpandable(row.node);
    return (
      <div
        id={props.id}
        role="row"
        aria-rowindex={props.index + 1}
        aria-level={row.kind === "node" ? 1 : 2}
        aria-selected={props.isSelected}
        {...(canExpand ? { "aria-expanded": props.isExpanded } : {})}
        tabIndex={props.isTabStop ? 0 : -1}
        className={classNames(styles.row, props.isSelected && styles.selected)}
        style={{ transform: `translateY(${props.index * lane.rowPx}px)`, height: lane.rowPx }}
        onClick={props.onSelect}
      >
        <span role="gridcell" className={classNames(styles.cell, styles[row.kind])}>
          {canExpand ? (
            <button
              type="button"
              tabIndex={-1}
              className={styles.fold}
              data-open={props.isExpanded}
              aria-label={runMessages.attemptsCount(row.node.attempts.length)}
              onClick={(event) => {
                event.stopPropagation();
                props.onFold(!props.isExpanded);
              }}
            >
              <ChevronRight size={13} aria-hidden="true" />
            </button>
          ) : (
            <span className={styles.noFold} />
          )}
          <StatusIcon status={facts.status} size={13} />
          <span className={styles.name} title={facts.title}>
            {facts.name}
          </span>
          {canExpand && <span className={styles.times}>×{row.node.attempts.length}</span>}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {facts.word}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {facts.startMs === null ? "" : formatPreciseClock(facts.startMs)}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {facts.tookMs === null ? "" : formatDuration(facts.tookMs)}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {row.kind === "node" ? runMessages.attemptsCount(row.node.attempts.length) : ""}
        </span>
      </div>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.index === after.index &&
    before.isSelected === after.isSelected &&
    before.isTabStop === after.isTabStop &&
    before.isExpanded === after.isExpanded,
);

interface RowFacts {
  readonly name: string;
  readonly title: string;
  readonly status: ShownStatus;
  readonly word: string;
  readonly startMs: number | null;
  readonly tookMs: number | null;
}

function factsOf(row: WaterfallRow, now: number): RowFacts {
  if (row.kind === "attempt") {
    const { attempt } = row;
    const status = attempt.isInterrupted ? "stalled" : attempt.status;
    const word = attempt.isInterrupted ? runMessages.interrupted : wordOf(status);
    const name = runMessages.attempt(attempt.number);
    return {
      name: attempt.message === null ? name : `${name} · ${attempt.message}`,
      title: attempt.message ?? name,
      status,
      word,
      startMs: attempt.startMs,
      tookMs: (attempt.endMs ?? now) - attempt.startMs,
    };
  }
  const { node } = row;
  const first = node.segments[0];
  const last = node.segments.at(-1);
  return {
    name: node.label,
    title: `${node.label} · ${wordOf(node.status)}`,
    status: node.status,
    word: wordOf(node.status),
    startMs: first?.startMs ?? null,
    tookMs: first === undefined || last === undefined ? null : (last.endMs ?? now) - first.startMs,
  };
}
