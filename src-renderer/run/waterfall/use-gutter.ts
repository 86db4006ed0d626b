import { useRememberedWidth } from "../../ui/use-remembered-width.ts";

const usualPx = 240;
const leastPx = 120;
const leastLanePx = 160;

export interface Gutter {
  readonly valuePx: number;
  readonly minPx: number;
  readonly maxPx: number;
  readonly onChange: (valuePx: number) => void;
  readonly onReset: () => void;
}

/** The width of the steps' names beside their bars; in a narrow window both get their part. */
export function useGutter(widthPx: number): Gutter {
  const [chosenPx, choose] = useRememberedWidth("steps");
  const maxPx = Math.max(leastPx, widthPx - leastLanePx);
  const unchosenPx = widthPx < 560 ? widthPx * 0.44 : usualPx;
  const valuePx = Math.round(Math.max(leastPx, Math.min(maxPx, chosenPx ?? unchosenPx)));
  return { valuePx, minPx: leastPx, maxPx, onChange: choose, onReset: () => choose(null) };
}
