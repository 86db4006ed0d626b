import { useEffect, useState, type ReactNode } from "react";
import { uiMessages } from "../messages/ui-messages.ts";
import styles from "./RunListSkeleton.module.css";

/** Rows of the exact height, after 150 ms: what is faster needs no placeholder. */
export function RunListSkeleton(): ReactNode {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setIsLate(true), 150);
    return () => window.clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div className={styles.skeleton} role="status" aria-label={uiMessages.loading}>
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className={styles.row}>
          <span className={styles.bar} style={{ width: `${9 + (index % 3)}%` }} />
          <span className={styles.bar} style={{ width: `${28 + ((index * 7) % 17)}%` }} />
          <span className={styles.bar} style={{ width: `${10 + ((index * 5) % 11)}%` }} />
        </div>
      ))}
    </div>
  );
}
