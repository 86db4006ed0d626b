import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useShortcuts } from "../../keyboard/use-shortcuts.ts";
import { runMessages } from "../../messages/run-messages.ts";
import { nextRowIndex } from "../../ui/move-focus.ts";
import { Splitter } from "../../ui/Splitter.tsx";
import { scrollRowIntoView, useVirtualRows } from "../../ui/use-virtual-rows.ts";
import { axisEndMs } from "./axis-end.ts";
import { idleSpans } from "./idle-spans.ts";
import { lane } from "./lane-geometry.ts";
import { makeTimeScale } from "./time-scale.ts";
import type { Timeline } from "./timeline.ts";
import { useElementSize } from "./use-element-size.ts";
import { useGutter } from "./use-gutter.ts";
import { useLiveNow } from "./use-live-now.ts";
import { useZoom } from "./use-zoom.ts";
import { WaterfallCanvas } from "./WaterfallCanvas.tsx";
import { WaterfallHead } from "./WaterfallHead.tsx";
import { isExpandable, waterfallRows } from "./waterfall-rows.ts";
import { WaterfallRowView } from "./WaterfallRowView.tsx";
import styles from "./Waterfall.module.css";

/**
 * The timeline of a run: a virtual treegrid whose rows span the whole width, and one canvas over their
 * right part that draws the bars of the rows in view.
 */
export function Waterfall(props: {
  readonly timeline: Timeline;
  readonly isLive: boolean;
  readonly selected: string | null;
  readonly onSelect: (key: string) => void;
}): ReactNode {
  const { timeline, isLive, selected, onSelect } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const size = useElementSize(scroller);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const gutter = useGutter(size.widthPx);
  const gutterPx = gutter.valuePx;
  const laneWidthPx = Math.max(size.widthPx - gutterPx, 80);
  const control = useZoom(laneWidthPx);
  const now = useLiveNow(isLive);
  const rows = useMemo(() => waterfallRows(timeline.nodes, expanded), [timeline.nodes, expanded]);
  const virtual = useVirtualRows({ count: rows.length, rowPx: lane.rowPx, scroller });
  const endMs = useAxisEnd(timeline, isLive, now);
  const collapsed = useSameStretches([
    ...timeline.gaps.map((gap) => ({ startMs: gap.startMs, endMs: gap.endMs ?? endMs })),
    ...idleSpans(timeline, endMs),
  ]);
  const { startMs } = timeline;
  const widthPx = (laneWidthPx - 8) * control.zoom.factor;
  const scale = useMemo(
    () => makeTimeScale({ startMs, endMs, widthPx, collapsed }),
    [startMs, endMs, widthPx, collapsed],
  );
  const activeIndex = Math.max(
    0,
    rows.findIndex((row) => row.key === (active ?? selected)),
  );

  const moveTo = (index: number): void => {
    const row = rows[index];
    if (row === undefined || scroller.current === null) return;
    scrollRowIntoView(scroller.current, { index, rowPx: lane.rowPx, headPx: 0 });
    setActive(row.key);
    onSelect(row.node.key);
    window.requestAnimationFrame(() => document.getElementById(rowId(row.key))?.focus());
  };
  const fold = (key: string, isOpen: boolean): void => {
    const next = new Set(expanded);
    if (isOpen) next.add(key);
    else next.delete(key);
    setExpanded(next);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[activeIndex];
    const { perScreen } = virtual;
    const next = nextRowIndex(event.key, { at: activeIndex, count: rows.length, perScreen });
    if (next !== null) moveTo(next);
    else if (event.key === "ArrowRight" && row?.kind === "node" && isExpandable(row.node)) {
      fold(row.key, true);
    } else if (event.key === "ArrowLeft" && row !== undefined) {
      if (row.kind === "node") fold(row.key, false);
      else moveTo(rows.findIndex((one) => one.key === row.node.key));
    } else if (event.key === "Enter" && row !== undefined) onSelect(row.node.key);
    else return;
    event.preventDefault();
  };
  const moveToFailure = (step: 1 | -1): void => {
    const count = rows.length;
    for (let offset = 1; offset <= count; offset++) {
      const index = (activeIndex + step * offset + count * 2) % count;
      const row = rows[index];
      if (row?.kind === "node" && isFailure(row.node.status)) {
        moveTo(index);
        return;
      }
    }
  };
  const fitSelected = (): void => {
    const segments = rows[activeIndex]?.node.segments ?? [];
    const from = segments[0];
    const to = segments.at(-1);
    if (from === undefined || to === undefined) return;
    const { factor } = control.zoom;
    control.showStretch(scale.toX(from.startMs) / factor, scale.toX(to.endMs ?? now) / factor);
  };
  const jumpToLive = (): void => {
    control.panBy(scale.toX(now) - control.zoom.panX - laneWidthPx * 0.8);
    const running = rows.findLastIndex((row) => row.node.status === "running");
    if (running >= 0) moveTo(running);
  };
  useShortcuts({
    j: () =>
      moveTo(active === null && selected === null ? 0 : Math.min(activeIndex + 1, rows.length - 1)),
    k: () => moveTo(Math.max(activeIndex - 1, 0)),
    e: () => moveToFailure(1),
    "Shift+E": () => moveToFailure(-1),
    "+": () => control.zoomBy(1.6, laneWidthPx / 2),
    "=": () => control.zoomBy(1.6, laneWidthPx / 2),
    "-": () => control.zoomBy(1 / 1.6, laneWidthPx / 2),
    "0": control.showAll,
    f: fitSelected,
    l: jumpToLive,
  });
  useWheel(scroller, gutterPx, control);

  return (
    <div className={styles.waterfall} style={{ "--gutter": `${gutterPx}px` }}>
      <WaterfallHead
        scale={scale}
        panX={control.zoom.panX}
        laneWidthPx={laneWidthPx}
        originMs={timeline.startMs}
        hasGaps={scale.bands.length > 0}
        control={control}
      />
      <div className={styles.body}>
        <div className={styles.edge}>
          <Splitter label={runMessages.resizeSteps} pane="left" {...gutter} />
        </div>
        <div
          ref={scroller}
          className={styles.scroller}
          role="treegrid"
          aria-label={runMessages.timeline}
          aria-rowcount={rows.length}
          tabIndex={-1}
          data-pane
          onKeyDown={onKey}
        >
          <div className={styles.track} role="rowgroup" style={{ height: virtual.totalPx }}>
            {rows.slice(virtual.first, virtual.last).map((row, offset) => (
              <WaterfallRowView
                key={row.key}
                id={rowId(row.key)}
                row={row}
                index={virtual.first + offset}
                now={now}
                isSelected={row.node.key === selected}
                isTabStop={virtual.first + offset === activeIndex}
                isExpanded={expanded.has(row.key)}
                onSelect={() => {
                  setActive(row.key);
                  onSelect(row.node.key);
                }}
                onFold={(isOpen) => fold(row.key, isOpen)}
              />
            ))}
          </div>
        </div>
        <WaterfallCanvas
          scroller={scroller}
          rows={rows}
          scale={scale}
          panX={control.zoom.panX}
          laneWidthPx={laneWidthPx}
          heightPx={size.heightPx}
          originMs={timeline.startMs}
          gaps={timeline.gaps}
          nowMs={now}
          isLive={isLive}
        />
      </div>
    </div>
  );
}

interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** The same list while it says the same, so that a batch does not draw the axis again. */
function useSameStretches(stretches: readonly Stretch[]): readonly Stretch[] {
  const kept = useRef(stretches);
  const isSame =
    kept.current.length === stretches.length &&
    kept.current.every(
      ({ startMs, endMs }, index) =>
        startMs === stretches[index]?.startMs && endMs === stretches[index].endMs,
    );
  if (!isSame) kept.current = stretches;
  return kept.current;
}

function rowId(key: string): string {
  return `step-${key}`;
}

function isFailure(status: string): boolean {
  return status === "failed" || status === "stalled" || status === "completed_with_issues";
}

/** The end of a live run jumps ahead in tenths; that of an ended one stands a little behind its end. */
function useAxisEnd(timeline: Timeline, isLive: boolean, now: number): number {
  const previous = useRef<number | null>(null);
  if (!isLive) {
    const lastMs = lastMoment(timeline);
    return lastMs + Math.max((lastMs - timeline.startMs) * 0.06, 20);
  }
  const end = axisEndMs({
    startMs: timeline.startMs,
    nowMs: now,
    previousEndMs: previous.current,
  });
  previous.current = end;
  return end;
}

function lastMoment(timeline: Timeline): number {
  let last = timeline.endMs ?? timeline.startMs;
  for (const node of timeline.nodes) {
    for (const segment of node.segments) last = Math.max(last, segment.endMs ?? segment.startMs);
  }
  for (const gap of timeline.gaps) last = Math.max(last, gap.endMs ?? gap.startMs + 1);
  return last;
}

/** Ctrl+wheel zooms at the pointer, a sideways or Shift wheel pans; the plain wheel scrolls rows. */
function useWheel(
  scroller: React.RefObject<HTMLElement | null>,
  gutterPx: number,
  control: ReturnType<typeof useZoom>,
): void {
  const { zoomBy, panBy } = control;
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      const dx = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.ctrlKey) {
        const atX = event.clientX - element.getBoundingClientRect().left - gutterPx;
        zoomBy(Math.exp(-event.deltaY / 240), Math.max(atX, 0));
      } else if (dx !== 0) panBy(dx);
      else return;
      event.preventDefault();
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroller, gutterPx, zoomBy, panBy]);
}
