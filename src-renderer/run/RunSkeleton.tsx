import { useEffect, useState, type ReactNode } from "react";
import { uiMessages } from "../messages/ui-messages.ts";
import styles from "./RunSkeleton.module.css";

/** The shape of the page, after 150 ms. */
export function RunSkeleton(): ReactNode {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setIsLate(true), 150);
    return () => window.clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div className={styles.skeleton} role="status" aria-label={uiMessages.loading}>
      <span className={styles.bar} style={{ width: "26%", height: 18 }} />
      <span className={styles.bar} style={{ width: "44%" }} />
      {Array.from({ length: 9 }, (_, index) => (
        <span
          key={index}
          className={styles.bar}
          style={{ marginLeft: `${8 + index * 6}%`, width: `${10 + ((index * 7) % 18)}%` }}
        />
      ))}
    </div>
  );
}
