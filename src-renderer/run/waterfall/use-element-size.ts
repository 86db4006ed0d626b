import { useEffect, useState, type RefObject } from "react";

export function useElementSize(element: RefObject<HTMLElement | null>): {
  readonly widthPx: number;
  readonly heightPx: number;
} {
  const [size, setSize] = useState({ widthPx: 800, heightPx: 400 });
  useEffect(() => {
    const observed = element.current;
    if (observed === null) return undefined;
    const sizes = new ResizeObserver(() => {
      const { clientWidth: widthPx, clientHeight: heightPx } = observed;
      setSize((known) =>
        known.widthPx === widthPx && known.heightPx === heightPx ? known : { widthPx, heightPx },
      );
    });
    sizes.observe(observed);
    return () => sizes.disconnect();
  }, [element]);
  return size;
}
