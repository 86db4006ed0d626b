import type { Palette } from "../../theme/palette.ts";
import type { Tick } from "./axis-ticks.ts";

/** Moments above the lane. */
export function drawAxis(
  context: CanvasRenderingContext2D,
  palette: Palette,
  axis: {
    readonly ticks: readonly Tick[];
    readonly panX: number;
    readonly widthPx: number;
    readonly heightPx: number;
    readonly labelOf: (ms: number) => string;
  },
): void {
  context.font = `11px ${palette.colour("--font-ui")}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const tick of axis.ticks) {
    const x = Math.round(tick.x - axis.panX);
    context.fillStyle = palette.colour("--line");
    context.fillRect(x, axis.heightPx - 7, 1, 7);
    const label = axis.labelOf(tick.ms);
    if (x + 5 + context.measureText(label).width > axis.widthPx) continue;
    context.fillStyle = palette.colour("--text-muted");
    context.fillText(label, x + 5, axis.heightPx / 2);
  }
}
