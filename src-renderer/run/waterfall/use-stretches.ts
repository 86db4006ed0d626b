import { useCallback, useMemo, useRef, useState } from "react";
import { listStretches, type Stretch } from "./stretches.ts";
import type { Timeline } from "./timeline.ts";

/** Where nothing executed, and which of it is collapsed: all of it until a person opens it. */
export function useStretches(
  timeline: Timeline,
  { endMs, knownMs }: { readonly endMs: number; readonly knownMs: number },
): {
  readonly stretches: readonly Stretch[];
  readonly collapsed: readonly Stretch[];
  readonly opened: ReadonlySet<string>;
  readonly setOpen: (keys: readonly string[], isOpen: boolean) => void;
} {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const { startMs, busy, busySinceMs, gaps } = timeline;
  // Made anew when the work or the gaps change, not with each step of the clock.
  const listed = useMemo(
    () => listStretches({ startMs, busy, busySinceMs, gaps }, { endMs, knownMs }),
    [startMs, busy, busySinceMs, gaps, endMs, knownMs],
  );
  const stretches = useSame(listed);
  const collapsed = useMemo(
    () => stretches.filter(({ key }) => !opened.has(key)),
    [stretches, opened],
  );
  const setOpen = useCallback(
    (keys: readonly string[], isOpen: boolean) =>
      setOpened((known) => {
        const next = new Set(known);
        for (const key of keys) {
          if (isOpen) next.add(key);
          else next.delete(key);
        }
        return next;
      }),
    [],
  );
  return { stretches, collapsed, opened, setOpen };
}

/** The same list while it says the same, so that a batch does not draw the axis again. */
function useSame(stretches: readonly Stretch[]): readonly Stretch[] {
  const kept = useRef(stretches);
  const isSame =
    kept.current.length === stretches.length &&
    kept.current.every(
      ({ key, endMs, isUnended }, index) =>
        key === stretches[index]?.key &&
        endMs === stretches[index].endMs &&
        isUnended === stretches[index].isUnended,
    );
  if (!isSame) kept.current = stretches;
  return kept.current;
}
