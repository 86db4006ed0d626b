/** Sizes of what a lane row holds (ui.md §9), in CSS pixels. */
export const lane = {
  rowPx: 26,
  barPx: 14,
  /** From the row's top to the bar's. */
  barTopPx: 7,
  earlierPx: 4,
  earlierTopPx: 2,
  linePx: 2,
  waitingPx: 8,
  leastBarPx: 3,
  radiusPx: 3,
  minimapPx: 64,
} as const;
