import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import { useShortcuts } from "../../keyboard/use-shortcuts.ts";
import { runMessages } from "../../messages/run-messages.ts";
import { nextRowIndex } from "../../ui/move-focus.ts";
import { Splitter } from "../../ui/Splitter.tsx";
import { useVirtualRows, type VirtualRows } from "../../ui/use-virtual-rows.ts";
import { axisEndMs, endedAxis } from "./axis-end.ts";
import { findFailure } from "./find-failure.ts";
import { lane } from "./lane-geometry.ts";
import { Minimap } from "./Minimap.tsx";
import { listBandSwitches, type BandSwitch } from "./stretches.ts";
import { makeTimeScale, type TimeScale } from "./time-scale.ts";
import type { Timeline } from "./timeline.ts";
import { useElementSize } from "./use-element-size.ts";
import { useGutter } from "./use-gutter.ts";
import { useLiveNow } from "./use-live-now.ts";
import { useStretches } from "./use-stretches.ts";
import { rowId, useWaterfallTree } from "./use-waterfall-tree.ts";
import { useZoom } from "./use-zoom.ts";
import { WaterfallCanvas } from "./WaterfallCanvas.tsx";
import { WaterfallHead } from "./WaterfallHead.tsx";
import type { WaterfallRow, WaterfallRows } from "./waterfall-rows.ts";
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
  /** Whether a person asked for the selection. */
  readonly isAsked: boolean;
  readonly onSelect: (key: string) => void;
}): ReactNode {
  const { timeline, isLive } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const size = useElementSize(scroller);
  const root = useRef<HTMLDivElement>(null);
  const whole = useElementSize(root);
  const gutter = useGutter(size.widthPx);
  const gutterPx = gutter.valuePx;
  const laneWidthPx = Math.max(size.widthPx - gutterPx, 80);
  const control = useZoom(laneWidthPx);
  const now = useLiveNow(isLive);
  const nowSecond = Math.floor(now / 1_000) * 1_000;
  const tree = useWaterfallTree({ ...props, scroller });
  const { rows, activeIndex, moveTo, fold } = tree;
  const virtual = useVirtualRows({ count: rows.count, rowPx: lane.rowPx, scroller });
  const axis = useAxis(timeline, isLive, now);
  const { endMs } = axis;
  const { stretches, collapsed, opened, setOpen } = useStretches(timeline, axis);
  const { startMs } = timeline;
  const widthPx = laneWidthPx - 8;
  const { factor } = control.zoom;
  const wholeScale = useMemo(
    () => makeTimeScale({ startMs, endMs, widthPx, collapsed }),
    [startMs, endMs, widthPx, collapsed],
  );
  const scale = useMemo(
    () => makeTimeScale({ startMs, endMs, widthPx: widthPx * factor, collapsed }),
    [startMs, endMs, widthPx, factor, collapsed],
  );
  const { panX } = control.zoom;
  const switches = useMemo(
    () => listBandSwitches({ stretches, opened, scale, panX, laneWidthPx }),
    [stretches, opened, scale, panX, laneWidthPx],
  );
  const hold = useHeldMoment(scale, control);
  const switchBand = useCallback(
    (band: BandSwitch): void => {
      setOpen(band.keys, !band.isOpen);
      hold(band.startMs);
    },
    [setOpen, hold],
  );

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const placed = rows.at(activeIndex);
    const { perScreen } = virtual;
    const next = nextRowIndex(event.key, { at: activeIndex, count: rows.count, perScreen });
    if (next !== null) moveTo(next);
    else if (placed === null) return;
    else if (event.key === "ArrowRight") {
      if (placed.isOpen === false) fold(placed.row.key, true);
      else if (placed.isOpen === true) moveTo(activeIndex + 1);
    } else if (event.key === "ArrowLeft") {
      if (placed.isOpen === true) fold(placed.row.key, false);
      else moveTo(rows.parentOf(activeIndex) ?? activeIndex);
    } else if (event.key === "Enter") tree.press(placed.row);
    else return;
    event.preventDefault();
  };
  const moveToFailure = (step: 1 | -1): void => {
    const key = findFailure({ timeline, rows, from: tree.activeRow, step });
    if (key !== null) tree.moveToNode(key);
  };
  const fitSelected = (): void => {
    const row = rows.at(activeIndex)?.row;
    const span = row === undefined ? null : barOf(row);
    if (span === null) return;
    control.showStretch(scale.toX(span.startMs) / factor, scale.toX(span.endMs ?? now) / factor);
  };
  const jumpToLive = (): void => {
    control.panBy(scale.toX(now) - control.zoom.panX - laneWidthPx * 0.8);
    const running = timeline.nodes
      .filter((node) => node.status === "running")
      .map((node) => rows.indexOf(node.key) ?? 0);
    if (running.length > 0) moveTo(Math.max(...running));
  };
  useShortcuts({
    j: () => moveTo(tree.activeRow === null ? 0 : Math.min(activeIndex + 1, rows.count - 1)),
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
    <div ref={root} className={styles.waterfall} style={{ "--gutter": `${gutterPx}px` }}>
      <WaterfallHead
        scale={scale}
        panX={panX}
        laneWidthPx={laneWidthPx}
        originMs={timeline.startMs}
        hasGaps={scale.bands.length > 0}
        control={control}
        switches={switches}
        onSwitch={switchBand}
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
          aria-rowcount={rows.count}
          tabIndex={-1}
          data-pane
          onKeyDown={onKey}
        >
          <div className={styles.track} role="rowgroup" style={{ height: virtual.totalPx }}>
            {rowsToDraw(virtual, activeIndex).map((index) => {
              const placed = rows.at(index);
              if (placed === null) return null;
              const { row } = placed;
              return (
                <WaterfallRowView
                  key={row.key}
                  id={rowId(row.key)}
                  placed={placed}
                  index={index}
                  nowMs={nowSecond}
                  isSelected={row.kind !== "group" && row.node.key === tree.selectedKey}
                  isTabStop={index === activeIndex}
                  onPress={tree.press}
                  onFold={fold}
                />
              );
            })}
          </div>
        </div>
        <WaterfallCanvas
          scroller={scroller}
          rows={rows}
          scale={scale}
          panX={panX}
          laneWidthPx={laneWidthPx}
          heightPx={size.heightPx}
          originMs={timeline.startMs}
          stretches={stretches}
          opened={opened}
          nowMs={now}
          isLive={isLive}
        />
      </div>
      {hasMinimap(rows, whole.heightPx) && (
        <Minimap
          timeline={timeline}
          rows={rows}
          wholeScale={wholeScale}
          scale={scale}
          laneWidthPx={laneWidthPx}
          scroller={scroller}
          control={control}
          nowMs={nowSecond}
        />
      )}
    </div>
  );
}

/**
 * Only where it says something: when not all nodes, those in closed groups among them, have a row on the screen;
 * and where enough rows are left beside it.
 */
function hasMinimap(rows: WaterfallRows, wholePx: number): boolean {
  const bodyPx = wholePx - headPx;
  const isNeeded = rows.nodes.count * lane.rowPx > bodyPx;
  return isNeeded && bodyPx - lane.minimapPx >= leastRowsBeside * lane.rowPx;
}

const headPx = 29;
const leastRowsBeside = 6;

/** Those in view, and the one with the focus wherever it stands: who is not drawn loses it. */
function rowsToDraw({ first, last }: VirtualRows, active: number): readonly number[] {
  const drawn = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  if (active < first) return [active, ...drawn];
  return active >= last ? [...drawn, active] : drawn;
}

/** From where to where a row's bar goes; null while it has none. */
function barOf(
  row: WaterfallRow,
): { readonly startMs: number; readonly endMs: number | null } | null {
  if (row.kind === "group") {
    const { startMs, endMs } = row.group.summary;
    return startMs === null ? null : { startMs, endMs };
  }
  const first = row.node.segments[0];
  const last = row.node.segments.at(-1);
  return first === undefined || last === undefined
    ? null
    : { startMs: first.startMs, endMs: last.endMs };
}

/** Keeps a moment where it is when the next scale comes: what was pressed does not run away. */
function useHeldMoment(
  scale: TimeScale,
  { zoom: { panX }, panTo }: ReturnType<typeof useZoom>,
): (ms: number) => void {
  const held = useRef<{ readonly ms: number; readonly atX: number } | null>(null);
  useLayoutEffect(() => {
    if (held.current === null) return;
    const { ms, atX } = held.current;
    held.current = null;
    panTo(scale.toX(ms) - atX);
  }, [scale, panTo]);
  return useCallback(
    (ms) => {
      held.current = { ms, atX: scale.toX(ms) - panX };
    },
    [scale, panX],
  );
}

/**
 * Where the axis ends: that of a live run jumps ahead in tenths. And up to where is known what worked: of a live
 * run that counts to the axis's end, so that an idle band does not change with each step of the clock.
 */
function useAxis(
  timeline: Timeline,
  isLive: boolean,
  now: number,
): { readonly endMs: number; readonly knownMs: number } {
  const previous = useRef<number | null>(null);
  if (!isLive) return endedAxis(timeline);
  const { startMs } = timeline;
  const endMs = axisEndMs({ startMs, nowMs: now, previousEndMs: previous.current });
  previous.current = endMs;
  return { endMs, knownMs: endMs };
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
