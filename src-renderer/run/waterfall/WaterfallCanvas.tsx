import { useCallback, useEffect, useRef, type ReactNode, type RefObject } from "react";
import { formatDuration } from "../../format/duration.ts";
import { runMessages } from "../../messages/run-messages.ts";
import { usePalette } from "../../theme/palette.ts";
import { axisTicks } from "./axis-ticks.ts";
import { drawLane } from "./draw-lane.ts";
import { fitCanvas } from "./fit-canvas.ts";
import { lane } from "./lane-geometry.ts";
import { nameOfStretch, type Stretch } from "./stretches.ts";
import type { TimeScale } from "./time-scale.ts";
import type { Segment, TimelineGroup } from "./timeline.ts";
import type { WaterfallRows } from "./waterfall-rows.ts";
import styles from "./Waterfall.module.css";

export const tickSpacingPx = 96;

/** The bars of the rows in view. All that it shows stands in the grid's cells too. */
export function WaterfallCanvas(props: {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rows: WaterfallRows;
  readonly scale: TimeScale;
  readonly panX: number;
  readonly laneWidthPx: number;
  readonly heightPx: number;
  readonly originMs: number;
  readonly stretches: readonly Stretch[];
  readonly opened: ReadonlySet<string>;
  readonly nowMs: number;
  readonly isLive: boolean;
}): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const {
    scroller,
    rows,
    scale,
    panX,
    laneWidthPx,
    heightPx,
    originMs,
    stretches,
    opened,
    nowMs,
    isLive,
  } = props;

  const draw = useCallback(() => {
    if (canvas.current === null) return;
    const context = fitCanvas(canvas.current, { widthPx: laneWidthPx, heightPx });
    if (context === null) return;
    const scrollTop = scroller.current?.scrollTop ?? 0;
    drawLane(context, palette, {
      rows,
      first: Math.max(0, Math.floor(scrollTop / lane.rowPx)),
      last: Math.ceil((scrollTop + heightPx) / lane.rowPx),
      scrollTop,
      panX,
      widthPx: laneWidthPx,
      heightPx,
      scale,
      ticks: axisTicks(scale, {
        fromX: panX,
        toX: panX + laneWidthPx,
        spacingPx: tickSpacingPx,
        originMs,
      }),
      nowMs,
      isLive,
      labelOf,
      groupLabelOf,
      bands: [
        ...scale.bands.map((band) => {
          const inside = stretches.find(
            ({ key, startMs }) =>
              !opened.has(key) && startMs >= band.startMs - 1 && startMs < band.endMs,
          );
          return {
            ...band,
            isHatched: true,
            label: inside === undefined ? "" : nameOfStretch(inside),
          };
        }),
        ...stretches
          .filter(({ key }) => opened.has(key))
          .map((stretch) => {
            const x = scale.toX(stretch.startMs);
            const label = nameOfStretch(stretch);
            // In idle time something may have waited; the app was there.
            const isHatched = stretch.kind !== "idle";
            return { x, widthPx: scale.toX(stretch.endMs) - x, label, isHatched };
          }),
      ],
    });
  }, [
    scroller,
    rows,
    scale,
    panX,
    laneWidthPx,
    heightPx,
    originMs,
    stretches,
    opened,
    nowMs,
    isLive,
    palette,
  ]);

  useEffect(() => {
    const element = scroller.current;
    let frame: number | null = null;
    const soon = (): void => {
      frame ??= window.requestAnimationFrame(() => {
        frame = null;
        draw();
      });
    };
    draw();
    element?.addEventListener("scroll", soon, { passive: true });
    return () => {
      if (frame !== null) window.cancelAnimationFrame(frame);
      element?.removeEventListener("scroll", soon);
    };
  }, [draw, scroller]);

  return (
    <canvas
      ref={canvas}
      className={styles.canvas}
      style={{ width: laneWidthPx, height: heightPx }}
      aria-hidden="true"
    />
  );
}

function labelOf(segment: Segment, endMs: number): string | null {
  if (segment.kind === "backoff") return null;
  return formatDuration(endMs - segment.startMs);
}

function groupLabelOf({ summary }: TimelineGroup): string | null {
  const { p50Ms, p95Ms } = summary;
  if (p50Ms === null || p95Ms === null) return null;
  return runMessages.durations(formatDuration(p50Ms), formatDuration(p95Ms));
}
