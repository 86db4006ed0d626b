import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useLocation } from "wouter";
import { useShortcuts } from "../keyboard/use-shortcuts.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import { runStore } from "../run-store.ts";
import { announce } from "../shell/announcer.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { classNames } from "../ui/class-names.ts";
import { nextRowIndex } from "../ui/move-focus.ts";
import { useIsNarrow } from "../ui/use-is-narrow.ts";
import { scrollRowIntoView, useVirtualRows } from "../ui/use-virtual-rows.ts";
import { rememberOpened, takeLastOpened } from "./last-opened.ts";
import { NewRunsPill } from "./NewRunsPill.tsx";
import { RunListHead } from "./RunListHead.tsx";
import { RunListRow } from "./RunListRow.tsx";
import { rowElementId } from "./row-element-id.ts";
import styles from "./RunList.module.css";

const headPx = 30;
const cardPx = 92;

/** The virtual grid of runs. The order stands still while it is pointed at, focused or scrolled. */
export function RunList({ isDimmed }: { readonly isDimmed: boolean }): ReactNode {
  const { list, settings } = runStore;
  const view = useStoreValue(list.view);
  const { density } = useStoreValue(settings.settings);
  const isNarrow = useIsNarrow();
  const rowPx = isNarrow ? cardPx : density;
  const scroller = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const [active, setActive] = useState<string | null>(takeLastOpened);
  const rows = useVirtualRows({ count: view.order.length, rowPx, scroller, headPx });
  const shown = view.order.slice(rows.first, rows.last);
  const activeIndex = Math.max(0, active === null ? 0 : view.order.indexOf(active));
  const activeId = view.order[activeIndex] ?? null;

  useEffect(() => {
    // Back from a run by the keyboard: the focus returns to its row.
    if (active !== null && document.activeElement === document.body) moveTo(activeIndex);
    // Only when the list appears.
  }, []);
  useWatchedRows(view.order, rows);
  useEffect(() => {
    if (rows.last > view.order.length - 20 && view.hasMore) list.loadMore();
  }, [list, rows.last, view.order.length, view.hasMore]);
  useEffect(() => {
    if (view.newCount > 0) announce(runsMessages.showNew(view.newCount));
  }, [view.newCount]);
  useEffect(
    () => () => {
      for (const why of ["pointer", "focus", "scroll"] as const) list.hold(why, false);
    },
    [list],
  );

  const moveTo = (index: number): void => {
    const id = view.order[index];
    if (id === undefined || scroller.current === null) return;
    scrollRowIntoView(scroller.current, { index, rowPx, headPx });
    setActive(id);
    // The row may be drawn only now.
    window.requestAnimationFrame(() => document.getElementById(rowElementId(id))?.focus());
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isLetter = event.key.length === 1;
    if (isLetter && !settings.settings.get().singleKeys) return;
    const { perScreen } = rows;
    const next = nextRowIndex(event.key, { at: activeIndex, count: view.order.length, perScreen });
    if (next !== null) {
      event.preventDefault();
      moveTo(next);
    } else if (event.key === "Enter" && activeId !== null) {
      rememberOpened(activeId);
      navigate(`/run/${activeId}`);
    }
  };
  const showNew = (): void => {
    list.showNew();
    scroller.current?.scrollTo({ top: 0 });
  };
  useShortcuts({ ".": showNew, j: () => moveTo(activeIndex), k: () => moveTo(activeIndex) });

  return (
    <div className={styles.frame}>
      <NewRunsPill count={view.newCount} onShow={showNew} />
      <div
        ref={scroller}
        className={classNames(styles.scroller, isDimmed && styles.dimmed)}
        role="grid"
        aria-label={runsMessages.list}
        aria-rowcount={view.hasMore ? -1 : view.order.length + 1}
        aria-busy={view.loading !== null}
        onKeyDown={onKey}
        onPointerEnter={() => list.hold("pointer", true)}
        onPointerLeave={() => list.hold("pointer", false)}
        onFocus={() => list.hold("focus", true)}
        onBlur={() => list.hold("focus", false)}
        onScroll={(event) => list.hold("scroll", event.currentTarget.scrollTop > 0)}
      >
        <RunListHead />
        <div className={styles.track} role="rowgroup" style={{ height: rows.totalPx }}>
          {shown.map((id, index) => (
            <RunListRow
              key={id}
              runId={id}
              index={rows.first + index}
              topPx={(rows.first + index) * rowPx}
              heightPx={rowPx}
              isActive={id === activeId}
              onActivate={setActive}
            />
          ))}
          {activeId !== null && !shown.includes(activeId) && (
            // The focused row stays drawn while it is scrolled away, so that the focus is not lost.
            <RunListRow
              runId={activeId}
              index={activeIndex}
              topPx={activeIndex * rowPx}
              heightPx={rowPx}
              isActive
              onActivate={setActive}
            />
          )}
        </div>
        <p className={styles.end} role="presentation">
          {view.hasMore ? runsMessages.loadingMore : runsMessages.end(view.order.length)}
        </p>
      </div>
    </div>
  );
}

/** Tells the store which rows are near, a little after scrolling came to rest. */
function useWatchedRows(
  order: readonly string[],
  rows: { readonly first: number; readonly last: number; readonly perScreen: number },
): void {
  const { first, last, perScreen } = rows;
  useEffect(() => {
    const near = order.slice(Math.max(0, first - perScreen), last + perScreen);
    const timer = window.setTimeout(() => runStore.list.setInView(near), 60);
    return () => window.clearTimeout(timer);
  }, [order, first, last, perScreen]);
}
