import { useRef, type ReactNode } from "react";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import { useVirtualRows } from "../ui/use-virtual-rows.ts";
import { InterruptedRunItem } from "./InterruptedRunItem.tsx";
import styles from "./InterruptedRunList.module.css";

/** Up to this many are laid out freely; more are a virtual list of equal rows. */
const fewRuns = 40;
const rowPx = 96;

export function InterruptedRunList(props: {
  readonly runs: readonly InterruptedRun[];
  readonly onReview: (run: InterruptedRun) => void;
}): ReactNode {
  const scroller = useRef<HTMLUListElement>(null);
  const { runs, onReview } = props;
  const isLong = runs.length > fewRuns;
  const rows = useVirtualRows({ count: runs.length, rowPx, scroller });
  const shown = isLong ? runs.slice(rows.first, rows.last) : runs;
  return (
    <ul ref={scroller} className={styles.list}>
      {isLong && <li aria-hidden="true" style={{ height: rows.first * rowPx }} />}
      {shown.map((interrupted) => (
        <InterruptedRunItem
          key={interrupted.run.runId}
          interrupted={interrupted}
          heightPx={isLong ? rowPx : null}
          onReview={onReview}
        />
      ))}
      {isLong && <li aria-hidden="true" style={{ height: (runs.length - rows.last) * rowPx }} />}
    </ul>
  );
}
