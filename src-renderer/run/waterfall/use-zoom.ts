import { useCallback, useMemo, useState } from "react";

/** How far the lane is zoomed (1: all of it fits) and where its left edge stands. */
export interface Zoom {
  readonly factor: number;
  readonly panX: number;
}

export interface ZoomControl {
  readonly zoom: Zoom;
  /** Keeps what is at `atX` (in the lane) where it is. */
  readonly zoomBy: (factor: number, atX: number) => void;
  readonly panBy: (dx: number) => void;
  /** Where the lane's left edge is to stand, as far as it can. */
  readonly panTo: (x: number) => void;
  readonly showAll: () => void;
  /** Makes the stretch, in pixels of the unzoomed lane, fill the lane. */
  readonly showStretch: (fromX: number, toX: number) => void;
}

const most = 5_000;

export function useZoom(laneWidthPx: number): ZoomControl {
  const [zoom, setZoom] = useState<Zoom>({ factor: 1, panX: 0 });
  const zoomBy = useCallback(
    (by: number, atX: number) =>
      setZoom(({ factor, panX }) => {
        const next = Math.min(most, Math.max(1, factor * by));
        const panned = ((panX + atX) * next) / factor - atX;
        return { factor: next, panX: clampPan(panned, next, laneWidthPx) };
      }),
    [laneWidthPx],
  );
  const panBy = useCallback(
    (dx: number) =>
      setZoom(({ factor, panX }) => ({ factor, panX: clampPan(panX + dx, factor, laneWidthPx) })),
    [laneWidthPx],
  );
  const panTo = useCallback(
    (x: number) => setZoom(({ factor }) => ({ factor, panX: clampPan(x, factor, laneWidthPx) })),
    [laneWidthPx],
  );
  const showAll = useCallback(() => setZoom({ factor: 1, panX: 0 }), []);
  const showStretch = useCallback(
    (fromX: number, toX: number) => {
      const factor = Math.min(most, Math.max(1, (laneWidthPx * 0.8) / Math.max(toX - fromX, 0.5)));
      const panX = fromX * factor - laneWidthPx * 0.1;
      setZoom({ factor, panX: clampPan(panX, factor, laneWidthPx) });
    },
    [laneWidthPx],
  );
  return useMemo(
    () => ({ zoom, zoomBy, panBy, panTo, showAll, showStretch }),
    [zoom, zoomBy, panBy, panTo, showAll, showStretch],
  );
}

function clampPan(panX: number, factor: number, laneWidthPx: number): number {
  return Math.max(0, Math.min(panX, laneWidthPx * (factor - 1)));
}
