import { ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { runsMessages } from "../messages/runs-messages.ts";
import styles from "./NewRunsPill.module.css";

/** Stands where new runs would have pushed the rows down. */
export function NewRunsPill(props: {
  readonly count: number;
  readonly onShow: () => void;
}): ReactNode {
  if (props.count === 0) return null;
  return (
    <button
      type="button"
      className={styles.pill}
      aria-label={runsMessages.showNew(props.count)}
      onClick={props.onShow}
    >
      <ArrowUp size={13} aria-hidden="true" />
      {runsMessages.newRuns(props.count)}
    </button>
  );
}
