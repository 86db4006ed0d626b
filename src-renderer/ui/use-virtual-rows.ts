import { useEffect, useState, type RefObject } from "react";

/** The rows of a list of equal rows that are on the screen, and a few on both sides. */
export interface VirtualRows {
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
  readonly totalPx: number;
  /** How many rows fit. */
  readonly perScreen: number;
}

const overscan = 8;

/**
 * Equal heights make the arithmetic exact, so that a row's place never shifts while one scrolls.
 * Re-renders only when other rows come into view.
 */
export function useVirtualRows(options: {
  readonly count: number;
  readonly rowPx: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** What stands above the first row inside of the scroller. */
  readonly headPx?: number;
}): VirtualRows {
  const { count, rowPx, scroller, headPx = 0 } = options;
  // A guess that no list on this screen exceeds by much: what is rendered in vain delays the first list.
  const [window_, setWindow] = useState(() => ({
    top: 0,
    rows: Math.ceil(window.innerHeight / rowPx),
  }));
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let frame: number | null = null;
    const measure = (): void => {
      frame = null;
      const top = Math.max(0, Math.floor((element.scrollTop - headPx) / rowPx));
      const rows = Math.ceil(element.clientHeight / rowPx);
      setWindow((known) => (known.top === top && known.rows === rows ? known : { top, rows }));
    };
    const soon = (): void => {
      frame ??= window.requestAnimationFrame(measure);
    };
    // It also tells the size at once, when the layout is there: asking for it here would make one of its own.
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    element.addEventListener("scroll", soon, { passive: true });
    return () => {
      if (frame !== null) window.cancelAnimationFrame(frame);
      sizes.disconnect();
      element.removeEventListener("scroll", soon);
    };
  }, [scroller, rowPx, headPx]);
  return {
    first: Math.max(0, Math.min(window_.top, count) - overscan),
    last: Math.min(count, window_.top + window_.rows + overscan),
    totalPx: count * rowPx,
    perScreen: Math.max(1, window_.rows - 1),
  };
}

/** Scrolls as little as is needed for a row to be seen whole. */
export function scrollRowIntoView(
  scroller: HTMLElement,
  place: { readonly index: number; readonly rowPx: number; readonly headPx: number },
): void {
  const top = place.headPx + place.index * place.rowPx;
  if (top - place.headPx < scroller.scrollTop) scroller.scrollTop = top - place.headPx;
  const bottom = top + place.rowPx;
  if (bottom > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = bottom - scroller.clientHeight;
  }
}
