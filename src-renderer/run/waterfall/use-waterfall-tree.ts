import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { scrollRowIntoView } from "../../ui/use-virtual-rows.ts";
import { lane } from "./lane-geometry.ts";
import type { Timeline } from "./timeline.ts";
import { createRowsBuilder, type WaterfallRow, type WaterfallRows } from "./waterfall-rows.ts";

export interface WaterfallTree {
  readonly rows: WaterfallRows;
  /** The one row that Tab leads to. */
  readonly activeIndex: number;
  /** Null while nobody was in the rows and nothing is selected. */
  readonly activeRow: WaterfallRow | null;
  /** Null when nothing is selected, or what is selected is not loaded. */
  readonly selectedKey: string | null;
  readonly moveTo: (index: number) => void;
  /** Opens the group that holds a node, and moves there. */
  readonly moveToNode: (key: string) => void;
  readonly fold: (key: string, isOpen: boolean) => void;
  /** A click on a row: a group folds, anything else is selected. */
  readonly press: (row: WaterfallRow) => void;
}

/** Which rows there are, which are unfolded, and which one has the focus. */
export function useWaterfallTree(options: {
  readonly timeline: Timeline;
  readonly selected: string | null;
  /** Whether a person asked for the selection; a run that ends selects its first failure by itself. */
  readonly isAsked: boolean;
  readonly isLive: boolean;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly onSelect: (key: string) => void;
}): WaterfallTree {
  const { timeline, selected, isAsked, isLive, scroller, onSelect } = options;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const buildRows = useMemo(createRowsBuilder, []);
  const rows = useMemo(() => buildRows(timeline, opened), [buildRows, timeline, opened]);
  const place = selected === null ? undefined : timeline.layout.placeOf(selected);
  const selectedKey = timeline.nodes[place ?? -1]?.key ?? null;
  const wanted = active ?? selectedKey;
  const activeIndex = (wanted === null ? null : rows.indexOf(wanted)) ?? 0;
  const select = useRef(onSelect);
  /** What is to be scrolled to as soon as it has a row. */
  const arriving = useRef<{ readonly key: string; readonly isFocused: boolean } | null>(null);

  const fold = useCallback((key: string, isOpen: boolean) => {
    setOpened((known) => {
      if (known.has(key) === isOpen) return known;
      const next = new Set(known);
      if (isOpen) next.add(key);
      else next.delete(key);
      return next;
    });
  }, []);
  const press = useCallback((row: WaterfallRow) => {
    arriving.current = null;
    setActive(row.key);
    if (row.kind !== "group") select.current(row.node.key);
    else {
      const { key } = row;
      setOpened((known) =>
        known.has(key) ? new Set([...known].filter((one) => one !== key)) : new Set(known).add(key),
      );
    }
  }, []);
  const moveTo = (index: number): void => {
    const row = rows.at(index)?.row;
    if (row === undefined) return;
    arriving.current = { key: row.key, isFocused: true };
    setActive(row.key);
    if (row.kind !== "group") onSelect(row.node.key);
    arrive();
  };
  const openGroupOf = (key: string): void => {
    const member = timeline.layout.memberOf(timeline.layout.placeOf(key) ?? -1);
    const group = timeline.groups[member?.group ?? -1];
    if (group !== undefined) fold(group.key, true);
  };
  const moveToNode = (key: string): void => {
    arriving.current = { key, isFocused: true };
    openGroupOf(key);
    setActive(key);
    onSelect(key);
    arrive();
  };
  const arrive = (): void => {
    const to = arriving.current;
    if (to === null || scroller.current === null) return;
    const index = rows.indexOf(to.key);
    if (index === null || rows.at(index)?.row.key !== to.key) return;
    scrollRowIntoView(scroller.current, { index, rowPx: lane.rowPx, headPx: 0 });
    if (to.isFocused) {
      const element = document.getElementById(rowId(to.key));
      // It is drawn with the next render, wherever it stands: it is the active one.
      if (element === null) return;
      element.focus({ preventScroll: true });
    }
    arriving.current = null;
  };

  const wasLive = useRef(false);
  const shown = useRef<string | null>(null);
  const group = timeline.groups[timeline.layout.memberOf(place ?? -1)?.group ?? -1]?.key ?? null;
  useEffect(() => {
    select.current = onSelect;
    if (isLive) wasLive.current = true;
    // A group may come later than its member: the plan is loaded beside the executions.
    const showing = selectedKey === null ? null : JSON.stringify([selectedKey, group]);
    if (showing !== shown.current) {
      shown.current = showing;
      const isOwn = active === selectedKey || active?.startsWith(`${selectedKey}#`) === true;
      // What changes by itself never moves the view of a person who is in it.
      const isBusy = wasLive.current && !isAsked && isTouched(scroller.current);
      if (selectedKey !== null && !isOwn && !isBusy) {
        arriving.current = { key: selectedKey, isFocused: false };
        setActive(null);
        if (group !== null) fold(group, true);
      }
    }
    arrive();
  });

  return {
    rows,
    activeIndex,
    activeRow: wanted === null ? null : (rows.at(activeIndex)?.row ?? null),
    selectedKey,
    moveTo,
    moveToNode,
    fold,
    press,
  };
}

export function rowId(key: string): string {
  return `step-${key}`;
}

function isTouched(element: HTMLElement | null): boolean {
  return (
    element !== null && (element.matches(":hover") || element.contains(document.activeElement))
  );
}
