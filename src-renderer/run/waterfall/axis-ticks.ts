import type { TimeScale } from "./time-scale.ts";

export interface Tick {
  readonly x: number;
  readonly ms: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const steps: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 30, 90, 365].map((count) => count * day),
];

/**
 * Round moments of the visible stretch, at least `spacingPx` apart and none inside a collapsed gap.
 * They are counted from `originMs`, so that a run's axis begins with a round number.
 */
export function axisTicks(
  scale: TimeScale,
  options: {
    readonly fromX: number;
    readonly toX: number;
    readonly spacingPx: number;
    readonly originMs: number;
  },
): readonly Tick[] {
  const stepMs = chooseStep(scale, options.spacingPx);
  const firstMs = scale.toMs(options.fromX);
  const lastMs = Math.min(scale.toMs(options.toX), scale.endMs);
  const ticks: Tick[] = [];
  let ms = options.originMs + Math.ceil((firstMs - options.originMs) / stepMs) * stepMs;
  while (ms <= lastMs && ticks.length < 400) {
    const band = scale.bands.find((one) => ms > one.startMs && ms < one.endMs);
    if (band !== undefined) {
      ms = options.originMs + Math.ceil((band.endMs - options.originMs) / stepMs) * stepMs;
      continue;
    }
    const x = scale.toX(ms);
    const last = ticks.at(-1);
    if (last === undefined || x - last.x >= options.spacingPx * 0.6) ticks.push({ x, ms });
    ms += stepMs;
  }
  return ticks;
}

function chooseStep(scale: TimeScale, spacingPx: number): number {
  const gapMs = scale.bands.reduce((sum, band) => sum + band.endMs - band.startMs, 0);
  const gapPx = scale.bands.reduce((sum, band) => sum + band.widthPx, 0);
  const activeMs = Math.max(scale.endMs - scale.startMs - gapMs, 1);
  const msPerPx = activeMs / Math.max(scale.widthPx - gapPx, 1);
  const wanted = msPerPx * spacingPx;
  return steps.find((step) => step >= wanted) ?? 365 * day;
}
