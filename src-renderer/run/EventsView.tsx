import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { JsonValue } from "../../app/model/json.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import {
  formatDay,
  formatPreciseClock,
  formatWholeTime,
  isSameDay,
  parseTime,
} from "../format/time.ts";
import { runMessages } from "../messages/run-messages.ts";
import { JsonTree } from "../payload/JsonTree.tsx";
import type { EventHistory } from "../store/event-history.ts";
import type { NodeTable } from "../store/node-table.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { classNames } from "../ui/class-names.ts";
import { nextRowIndex } from "../ui/move-focus.ts";
import { scrollRowIntoView, useVirtualRows } from "../ui/use-virtual-rows.ts";
import { describeEvent } from "./describe-event.ts";
import styles from "./EventsView.module.css";

const rowPx = 26;
const headPx = 29;
const { events: words } = runMessages;

/** The run's history as it is written: one line an event, the chosen one as JSON. */
export function EventsView(props: {
  readonly history: EventHistory;
  readonly nodes: Pick<NodeTable, "get">;
}): ReactNode {
  const { history, nodes } = props;
  const { events, hasEarlier, isLoading } = useStoreValue(history.view);
  const scroller = useRef<HTMLDivElement>(null);
  const [chosenSeq, setChosenSeq] = useState<number | null>(null);
  const rows = useVirtualRows({ count: events.length, rowPx, scroller, headPx });
  const chosenIndex = events.findIndex((event) => event.seq === chosenSeq);
  const chosen = events[chosenIndex] ?? null;
  useEffect(() => {
    if (hasEarlier) history.loadEarlier();
  }, [history, hasEarlier]);

  const onKey = (keyEvent: KeyboardEvent): void => {
    const { perScreen } = rows;
    const at = Math.max(chosenIndex, 0);
    const next = nextRowIndex(keyEvent.key, { at, count: events.length, perScreen });
    const event = next === null ? undefined : events[next];
    if (next === null || event === undefined || scroller.current === null) return;
    keyEvent.preventDefault();
    setChosenSeq(event.seq);
    scrollRowIntoView(scroller.current, { index: next, rowPx, headPx });
    window.requestAnimationFrame(() => document.getElementById(`event-${event.seq}`)?.focus());
  };

  return (
    <div className={styles.view}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={words.name}
        aria-rowcount={events.length + 1}
        aria-busy={isLoading}
        data-pane
        tabIndex={-1}
        onKeyDown={onKey}
      >
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.columns}>
            {words.columns.map((column) => (
              <span key={column} role="columnheader">
                {column}
              </span>
            ))}
          </div>
        </div>
        {events.length === 0 && !isLoading && <p className={styles.note}>{words.none}</p>}
        {isLoading && <p className={styles.note}>{words.loading}</p>}
        <div role="rowgroup" className={styles.track} style={{ height: rows.totalPx }}>
          {events.slice(rows.first, rows.last).map((event, offset) => (
            <EventRow
              key={event.seq}
              event={event}
              index={rows.first + offset}
              before={events[rows.first + offset - 1] ?? null}
              nodes={nodes}
              isChosen={event.seq === chosenSeq}
              isTabStop={rows.first + offset === Math.max(chosenIndex, 0)}
              onChoose={() => setChosenSeq(event.seq)}
            />
          ))}
        </div>
      </div>
      {chosen !== null && (
        <aside className={styles.json} aria-label={words.json}>
          {/* Plain data by the contract's schema. */}
          <JsonTree value={chosen as unknown as JsonValue} />
        </aside>
      )}
    </div>
  );
}

function EventRow(props: {
  readonly event: RunEvent;
  readonly index: number;
  readonly before: RunEvent | null;
  readonly nodes: Pick<NodeTable, "get">;
  readonly isChosen: boolean;
  readonly isTabStop: boolean;
  readonly onChoose: () => void;
}): ReactNode {
  const { event, index } = props;
  const atMs = parseTime(event.at);
  const facts = describeEvent(event, props.nodes);
  const beforeMs = parseTime(props.before?.at ?? null);
  const isNewDay = beforeMs === null || !isSameDay(beforeMs, atMs);
  return (
    <div
      id={`event-${event.seq}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.isChosen}
      tabIndex={props.isTabStop ? 0 : -1}
      className={classNames(styles.columns, styles.row, props.isChosen && styles.chosen)}
      style={{ transform: `translateY(${index * rowPx}px)`, height: rowPx }}
      onClick={props.onChoose}
      onFocus={props.onChoose}
    >
      <span role="gridcell" className={styles.muted}>
        {event.seq}
      </span>
      <span role="gridcell" className={styles.time} title={formatWholeTime(atMs)}>
        {isNewDay && <span className={styles.day}>{formatDay(atMs)}</span>}
        {formatPreciseClock(atMs)}
      </span>
      <span role="gridcell" className={styles.type}>
        {event.type}
      </span>
      <span role="gridcell">{facts.step}</span>
      <span role="gridcell">{facts.attempt}</span>
      <span role="gridcell" title={facts.change}>
        {facts.change}
      </span>
      <span role="gridcell" className={styles.muted}>
        {event.actor.kind}
      </span>
    </div>
  );
}
