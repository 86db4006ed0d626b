import type { ReactNode } from "react";
import { nodeStatusWords, statusWords } from "../messages/status-messages.ts";
import { isEngineHeard } from "../store/engine-heard.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { StatusIcon } from "./StatusIcon.tsx";
import { statusColour, type ShownStatus } from "./status-style.ts";
import styles from "./StatusLabel.module.css";

/** Icon, word and colour, always together. */
export function StatusLabel({ status }: { status: ShownStatus }): ReactNode {
  const isHeard = useStoreValue(isEngineHeard);
  return (
    <span className={styles.label} style={{ color: statusColour(status) }}>
      <StatusIcon status={status} />
      <span className={styles.word}>{isHeard ? wordOf(status) : lastKnownWord(status)}</span>
    </span>
  );
}

export function wordOf(status: ShownStatus): string {
  return status === "pending" || status === "skipped"
    ? nodeStatusWords[status]
    : statusWords[status];
}

/** Nobody knows whether it still runs. */
function lastKnownWord(status: ShownStatus): string {
  return status === "running" ? nodeStatusWords.wasRunning : wordOf(status);
}
