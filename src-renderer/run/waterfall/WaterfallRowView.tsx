import { ChevronRight } from "lucide-react";
import { memo, type ReactNode } from "react";
import { StatusIcon } from "../../status/StatusIcon.tsx";
import { classNames } from "../../ui/class-names.ts";
import { GroupHistogram } from "./GroupHistogram.tsx";
import { lane } from "./lane-geometry.ts";
import { factsOf, isGrowing } from "./row-facts.ts";
import type { PlacedRow, WaterfallRow } from "./waterfall-rows.ts";
import styles from "./Waterfall.module.css";

export interface WaterfallRowProps {
  readonly id: string;
  readonly placed: PlacedRow;
  readonly index: number;
  /** In whole seconds: a duration that is read out needs no more. */
  readonly nowMs: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  /** The same functions for as long as the row is shown. */
  readonly onPress: (row: WaterfallRow) => void;
  readonly onFold: (key: string, isOpen: boolean) => void;
}

/** One row of the treegrid: what the canvas shows as a bar stands here in words. */
export const WaterfallRowView = memo(
  function WaterfallRowView(props: WaterfallRowProps): ReactNode {
    const { row, level, position, setSize, isOpen } = props.placed;
    const facts = factsOf(row, props.nowMs);
    return (
      <div
        id={props.id}
        role="row"
        aria-rowindex={props.index + 1}
        aria-level={level}
        aria-posinset={position}
        aria-setsize={setSize}
        {...(row.kind === "group" ? {} : { "aria-selected": props.isSelected })}
        {...(isOpen === null ? {} : { "aria-expanded": isOpen })}
        tabIndex={props.isTabStop ? 0 : -1}
        className={classNames(styles.row, props.isSelected && styles.selected)}
        style={{ transform: `translateY(${props.index * lane.rowPx}px)`, height: lane.rowPx }}
        onClick={() => props.onPress(row)}
      >
        <span
          role="gridcell"
          className={classNames(styles.cell, row.kind === "attempt" && styles.attempt)}
          style={{ "--level": level - 1 }}
        >
          <FoldMark {...props} label={facts.attempts} />
          {facts.status !== null && <StatusIcon status={facts.status} size={13} />}
          <span className={styles.name} title={facts.title}>
            {facts.name}
          </span>
          {row.kind === "node" && isOpen !== null && (
            <span className={styles.times}>×{row.node.attempts.length}</span>
          )}
          {row.kind === "group" && <GroupHistogram counts={row.group.summary.counts} />}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {facts.word}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {facts.started}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {facts.took}
        </span>
        <span role="gridcell" className={styles.unseen}>
          {facts.attempts}
        </span>
      </div>
    );
  },
  (before, after) =>
    before.placed.row === after.placed.row &&
    before.placed.isOpen === after.placed.isOpen &&
    before.placed.position === after.placed.position &&
    before.placed.setSize === after.placed.setSize &&
    before.index === after.index &&
    before.isSelected === after.isSelected &&
    before.isTabStop === after.isTabStop &&
    before.onPress === after.onPress &&
    before.onFold === after.onFold &&
    (before.nowMs === after.nowMs || !isGrowing(after.placed.row)),
);

/** A group's whole row folds; beside the attempts of a node its row is selected. */
function FoldMark({
  placed: { row, isOpen },
  onFold,
  label,
}: WaterfallRowProps & { readonly label: string }): ReactNode {
  if (isOpen === null) return <span className={styles.noFold} />;
  const mark = <ChevronRight size={13} aria-hidden="true" />;
  if (row.kind === "group") {
    return (
      <span className={styles.fold} data-open={isOpen}>
        {mark}
      </span>
    );
  }
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.fold}
      data-open={isOpen}
      aria-label={label}
      onClick={(event) => {
        event.stopPropagation();
        onFold(row.key, !isOpen);
      }}
    >
      {mark}
    </button>
  );
}
