import type { ReactNode } from "react";
import { runsMessages } from "../messages/runs-messages.ts";
import { classNames } from "../ui/class-names.ts";
import styles from "./RunListRow.module.css";

export function RunListHead(): ReactNode {
  const { columns } = runsMessages;
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={classNames(styles.columns, styles.names)}>
        <span role="columnheader">{columns.status}</span>
        <span role="columnheader">{columns.title}</span>
        <span role="columnheader">{columns.workflow}</span>
        <span role="columnheader">{columns.step}</span>
        <span role="columnheader">{columns.progress}</span>
        <span role="columnheader" className={styles.right} aria-sort="descending">
          {columns.started}
        </span>
        <span role="columnheader" className={styles.right}>
          {columns.duration}
        </span>
      </div>
    </div>
  );
}
