import { useEffect, useState } from "react";
import { isEngineHeard } from "../../store/engine-heard.ts";

/** "Now" for growing bars: 4 times a second, once under reduced motion, never for what has ended. */
export function useLiveNow(isLive: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isLive) return undefined;
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = window.setInterval(
      () => {
        if (document.visibilityState === "visible" && isEngineHeard.get()) setNow(Date.now());
      },
      isCalm ? 1_000 : 250,
    );
    return () => window.clearInterval(timer);
  }, [isLive]);
  return now;
}
