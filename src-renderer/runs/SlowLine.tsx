import { useEffect, useState, type ReactNode } from "react";
import { runsMessages } from "../messages/runs-messages.ts";
import { Notice } from "../ui/Notice.tsx";
import styles from "./RunListPane.module.css";

/** After this long without an answer a person wonders (ui.md §4). */
const slowMs = 2_000;

/** Says that the list is late, and that nothing is lost by it. Shown for as long as it is waited for. */
export function SlowLine({ isWaiting }: { readonly isWaiting: boolean }): ReactNode {
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    setIsSlow(false);
    if (!isWaiting) return undefined;
    const timer = window.setTimeout(() => setIsSlow(true), slowMs);
    return () => window.clearTimeout(timer);
  }, [isWaiting]);
  if (!isSlow || !isWaiting) return null;
  return (
    <div className={styles.error}>
      <Notice tone="info">{runsMessages.slow}</Notice>
    </div>
  );
}
