import { useEffect, useRef, type PointerEvent, type ReactNode, type RefObject } from "react";
import { runMessages } from "../../messages/run-messages.ts";
import { usePalette } from "../../theme/palette.ts";
import { drawStrip } from "./draw-strip.ts";
import { fitCanvas } from "./fit-canvas.ts";
import { createIdleWork, waitForIdle } from "./idle-work.ts";
import { lane } from "./lane-geometry.ts";
import { createMinimapStrips, type MinimapPicture } from "./minimap-strips.ts";
import type { TimeScale } from "./time-scale.ts";
import type { Timeline } from "./timeline.ts";
import type { ZoomControl } from "./use-zoom.ts";
import type { WaterfallRows } from "./waterfall-rows.ts";
import styles from "./Waterfall.module.css";

/** Batches come up to 20 times a second; here nobody sees a difference. */
const longestStaleMs = 500;

/**
 * The whole run in 64 px below the lane, with a frame around what the lane shows; a press or a drag moves that
 * there. It stands below, so that it moves no row when it appears. Hidden from screen readers: the rows say
 * the same, and their keys go everywhere.
 */
export function Minimap(props: {
  readonly timeline: Timeline;
  readonly rows: WaterfallRows;
  /** Of the whole run, and of the lane as it is zoomed. */
  readonly wholeScale: TimeScale;
  readonly scale: TimeScale;
  readonly laneWidthPx: number;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly control: ZoomControl;
  readonly nowMs: number;
}): ReactNode {
  const { timeline, rows, wholeScale, scale, laneWidthPx, scroller, control, nowMs } = props;
  const { panX } = control.zoom;
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const palette = usePalette();
  useStrips(
    canvas,
    { rows, nodes: timeline.nodes, scale: wholeScale, palette },
    { nowMs, laneWidthPx },
  );

  // The frame is moved by hand: scrolling renders nothing.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const fromX = wholeScale.toX(scale.toMs(panX));
    const toX = wholeScale.toX(scale.toMs(panX + laneWidthPx));
    const place = (): void => {
      const { style } = frame.current ?? {};
      if (style === undefined) return;
      const fromY = yOf(rows, element.scrollTop / lane.rowPx);
      const toY = yOf(rows, (element.scrollTop + element.clientHeight) / lane.rowPx);
      const width = Math.max(Math.min(toX, laneWidthPx) - fromX, leastFramePx);
      const height = Math.max(toY - fromY, leastFramePx);
      style.width = `${width}px`;
      style.height = `${height}px`;
      const x = Math.min(fromX, laneWidthPx - width);
      const y = Math.min(fromY, lane.minimapPx - height);
      style.transform = `translate(${x}px, ${y}px)`;
    };
    place();
    const sizes = new ResizeObserver(place);
    sizes.observe(element);
    element.addEventListener("scroll", place, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", place);
    };
  }, [scroller, rows, wholeScale, scale, panX, laneWidthPx]);

  const moveTo = (event: PointerEvent<HTMLElement>): void => {
    const element = scroller.current;
    if (element === null) return;
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return;
    const x = scale.toX(wholeScale.toMs(event.clientX - box.left));
    control.panTo(x - laneWidthPx / 2);
    const row = rowAt(rows, (event.clientY - box.top) / box.height);
    element.scrollTop = row * lane.rowPx - element.clientHeight / 2;
  };
  return (
    <div className={styles.minimap} aria-hidden="true">
      <span className={styles.minimapName}>{runMessages.allSteps(rows.nodes.count)}</span>
      <div
        className={styles.minimapLane}
        style={{ width: laneWidthPx }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          moveTo(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) moveTo(event);
        }}
      >
        <canvas ref={canvas} style={{ width: laneWidthPx, height: lane.minimapPx }} />
        <div ref={frame} className={styles.minimapFrame} />
      </div>
    </div>
  );
}

const leastFramePx = 6;

/** Where on the minimap a row begins; rows count in fractions. */
function yOf(rows: WaterfallRows, row: number): number {
  const index = Math.floor(row);
  const from = rows.nodes.positionOfRow(index);
  const to = rows.nodes.positionOfRow(index + 1);
  const position = from + (to - from) * (row - index);
  return (position / rows.nodes.count) * lane.minimapPx;
}

/** The row at a share of the minimap's height. */
function rowAt(rows: WaterfallRows, share: number): number {
  const { count } = rows.nodes;
  return rows.nodes.rowOf(Math.max(0, Math.min(count - 1, Math.floor(share * count))));
}

/** Keeps the canvas drawn, strip by strip while the page is idle. */
function useStrips(
  canvas: RefObject<HTMLCanvasElement | null>,
  picture: MinimapPicture,
  { nowMs, laneWidthPx }: { readonly nowMs: number; readonly laneWidthPx: number },
): void {
  const latest = useRef({ ...picture, nowMs });
  const painter = useRef<{ readonly refresh: () => void; readonly soon: () => void } | null>(null);
  useEffect(() => {
    latest.current = { ...picture, nowMs };
  });
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const size = { widthPx: laneWidthPx, heightPx: lane.minimapPx };
    const context = fitCanvas(canvas.current, size);
    if (context === null) return undefined;
    const strips = createMinimapStrips();
    let drawn = latest.current;
    const work = createIdleWork({
      waitForIdle,
      doPiece: () => {
        const strip = strips.take();
        if (strip === null) return false;
        strips.setGrowing(strip, drawStrip(context, drawn, strip));
        return true;
      },
    });
    let timer: number | null = null;
    const refresh = (): void => {
      drawn = latest.current;
      strips.show(drawn);
      strips.age();
      work.wake();
    };
    const soon = (): void => {
      timer ??= window.setTimeout(() => {
        timer = null;
        refresh();
      }, longestStaleMs);
    };
    painter.current = { refresh, soon };
    refresh();
    return () => {
      painter.current = null;
      if (timer !== null) window.clearTimeout(timer);
      work.stop();
    };
  }, [canvas, laneWidthPx]);
  const { rows, nodes, scale, palette } = picture;
  useEffect(() => painter.current?.soon(), [rows, nodes, nowMs]);
  useEffect(
    () => painter.current?.refresh(),
    [scale, palette, rows.nodes.layout, rows.orders.size],
  );
}
