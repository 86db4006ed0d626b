import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { memo, useEffect, useMemo, useRef, type ReactNode } from "react";
import { formatDuration } from "../../format/duration.ts";
import { formatClock, formatPreciseClock } from "../../format/time.ts";
import { runMessages } from "../../messages/run-messages.ts";
import { usePalette } from "../../theme/palette.ts";
import { IconButton } from "../../ui/Button.tsx";
import { BandSwitches } from "./BandSwitches.tsx";
import type { BandSwitch } from "./stretches.ts";
import { axisTicks, type Tick } from "./axis-ticks.ts";
import { drawAxis } from "./draw-axis.ts";
import { fitCanvas } from "./fit-canvas.ts";
import type { TimeScale } from "./time-scale.ts";
import type { ZoomControl } from "./use-zoom.ts";
import { tickSpacingPx } from "./WaterfallCanvas.tsx";
import styles from "./Waterfall.module.css";

const axisPx = 28;

/** The axis, which stays while the rows scroll, and the zoom. */
export const WaterfallHead = memo(function WaterfallHead(props: {
  readonly scale: TimeScale;
  readonly panX: number;
  readonly laneWidthPx: number;
  readonly originMs: number;
  readonly hasGaps: boolean;
  readonly control: ZoomControl;
  readonly switches: readonly BandSwitch[];
  readonly onSwitch: (band: BandSwitch) => void;
}): ReactNode {
  const { scale, panX, laneWidthPx, originMs, hasGaps, control } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const ticks = useMemo(
    () =>
      axisTicks(scale, {
        fromX: panX,
        toX: panX + laneWidthPx,
        spacingPx: tickSpacingPx,
        originMs,
      }),
    [scale, panX, laneWidthPx, originMs],
  );
  useEffect(() => {
    if (canvas.current === null) return;
    const size = { widthPx: laneWidthPx, heightPx: axisPx };
    const context = fitCanvas(canvas.current, size);
    if (context === null) return;
    drawAxis(context, palette, {
      ...size,
      ticks,
      panX,
      // Across a gap the time since the start says little: the clock says when.
      labelOf: (ms) => (hasGaps ? clockOf(ms, ticks) : tickLabel(ms - originMs)),
    });
  }, [ticks, panX, laneWidthPx, originMs, hasGaps, palette]);

  return (
    <div className={styles.head}>
      <div className={styles.corner}>
        <span>{runMessages.stepColumn}</span>
        <span className={styles.zoom}>
          <IconButton
            size="small"
            label={runMessages.zoomOut}
            icon={<ZoomOut size={14} />}
            onClick={() => control.zoomBy(1 / 1.6, laneWidthPx / 2)}
          />
          <IconButton
            size="small"
            label={runMessages.zoomIn}
            icon={<ZoomIn size={14} />}
            onClick={() => control.zoomBy(1.6, laneWidthPx / 2)}
          />
          <IconButton
            size="small"
            label={runMessages.zoomAll}
            icon={<Maximize2 size={13} />}
            onClick={control.showAll}
          />
        </span>
      </div>
      <div className={styles.axis}>
        <canvas
          ref={canvas}
          style={{ width: laneWidthPx, height: axisPx }}
          className={styles.axisCanvas}
          aria-hidden="true"
        />
        <BandSwitches switches={props.switches} onSwitch={props.onSwitch} />
      </div>
    </div>
  );
});

/** Two ticks within a second would read the same. */
function clockOf(ms: number, [first, second]: readonly Tick[]): string {
  const isClose = first !== undefined && second !== undefined && second.ms - first.ms < 1_000;
  return isClose ? formatPreciseClock(ms) : formatClock(ms);
}

/** The first tick is no duration of 0 ms. */
function tickLabel(ms: number): string {
  return ms === 0 ? "0" : formatDuration(ms);
}
