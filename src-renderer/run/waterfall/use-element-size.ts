import { useLayoutEffect, useState, type RefObject } from "react";

/** Known before the first picture, so that nothing is drawn at a guessed size and then once more. */
export function useElementSize(element: RefObject<HTMLElement | null>): {
  readonly widthPx: number;
  readonly heightPx: number;
} {
  const [size, setSize] = useState({ widthPx: 800, heightPx: 400 });
  useLayoutEffect(() => {
    const observed = element.current;
    if (observed === null) return undefined;
    const measure = (): void => {
      const { clientWidth: widthPx, clientHeight: heightPx } = observed;
      setSize((known) =>
        known.widthPx === widthPx && known.heightPx === heightPx ? known : { widthPx, heightPx },
      );
    };
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(observed);
    return () => sizes.disconnect();
  }, [element]);
  return size;
}
