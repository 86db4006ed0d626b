import type { ReactNode } from "react";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { RunProgress } from "../../app/contract/subscriptions.ts";
import { formatElapsed } from "../format/duration.ts";
import { formatPercent } from "../format/quantity.ts";
import { parseTime } from "../format/time.ts";
import { runMessages } from "../messages/run-messages.ts";
import { StatusIcon } from "../status/StatusIcon.tsx";
import { useNow } from "../store/second-clock.ts";
import { Prose } from "../ui/Prose.tsx";
import styles from "./BlockerLine.module.css";

const shownItems = 3;

/** What the run is waiting for, each item a way to its step. */
export function BlockerLine(props: {
  readonly blocking: readonly NodeRow[];
  readonly progress: ReadonlyMap<string, RunProgress>;
  readonly onShowNode: (key: string) => void;
}): ReactNode {
  const now = useNow();
  const { blocking, progress } = props;
  if (blocking.length === 0) return null;
  const more = blocking.length - shownItems;
  return (
    <p className={styles.line}>
      {blocking.slice(0, shownItems).map((node) => (
        <button
          key={node.nodeExecutionId}
          type="button"
          className={styles.item}
          onClick={() => props.onShowNode(node.nodeExecutionId)}
        >
          <StatusIcon status={node.status} size={13} />
          <span className={styles.text}>
            <Prose>{sentence(node, now)}</Prose>
            <ProgressText progress={progress.get(node.nodePath)} node={node} />
          </span>
        </button>
      ))}
      {more > 0 && <span className={styles.more}>{runMessages.waitsFor.more(more)}</span>}
    </p>
  );
}

function ProgressText(props: {
  readonly progress: RunProgress | undefined;
  readonly node: NodeRow;
}): ReactNode {
  const { progress, node } = props;
  if (progress === undefined || node.status !== "running") return null;
  const percent = formatPercent(progress.fraction);
  return (
    <span className={styles.progress}>
      {" · "}
      {runMessages.waitsFor.progress(progress.message ?? "", percent)}
    </span>
  );
}

function sentence(node: NodeRow, now: number): string {
  const { waitsFor } = runMessages;
  const name = node.name.replaceAll("`", "'");
  const since = (time: string | null): string =>
    formatElapsed(now - (parseTime(time) ?? parseTime(node.createdAt)));
  switch (node.status) {
    case "awaiting_user":
      return waitsFor.user(name, since(node.createdAt));
    case "awaiting_validation":
      return waitsFor.review(name, since(node.currentAttempt?.finishedAt ?? null));
    case "running":
      return waitsFor.running(
        name,
        since(node.currentAttempt?.startedAt ?? null),
        node.attemptNumber,
      );
    case "queued": {
      const dueMs = parseTime(node.notBefore);
      if (dueMs === null) return waitsFor.slot(name);
      const left = formatElapsed(Math.max(0, dueMs - now));
      return node.attemptNumber > 0
        ? waitsFor.retry(name, node.attemptNumber + 1, left)
        : waitsFor.timer(name, left);
    }
    case "stalled":
      return waitsFor.interrupted(name);
    case "failed":
      return waitsFor.failed(name, node.attemptNumber);
    case "completed":
    case "completed_with_issues":
    case "cancelled":
      return `\`${name}\``;
  }
}
