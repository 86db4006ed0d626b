import type { WorkState } from "./work-state.ts";

const sizePx = 32;

/** The tray's icon as BGRA pixels. The states differ by shape, not only by colour: ring, disc, triangle, cross. */
export function trayShape(state: WorkState): {
  readonly pixels: Uint8Array;
  readonly sizePx: number;
} {
  const pixels = new Uint8Array(sizePx * sizePx * 4);
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      // From -1 to 1, the centre of the pixel.
      const [right, down] = [(2 * x + 1) / sizePx - 1, (2 * y + 1) / sizePx - 1];
      if (isInside(state, right, down)) pixels.set(grey, (y * sizePx + x) * 4);
    }
  }
  return { pixels, sizePx };
}

/** Readable on light and on dark panels. */
const grey = [0x80, 0x80, 0x80, 0xff];

function isInside(state: WorkState, right: number, down: number): boolean {
  const radius = Math.hypot(right, down);
  switch (state) {
    case "idle":
      return radius < 0.85 && radius > 0.6;
    case "working":
      return radius < 0.85;
    case "needs-you":
      return down < 0.75 && Math.abs(right) < (down + 0.85) / 1.7;
    case "problem":
      return radius < 0.95 && Math.abs(Math.abs(right) - Math.abs(down)) < 0.3;
  }
}
