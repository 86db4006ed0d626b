import { UserRoundCheck } from "lucide-react";
import { useCallback, useEffect, useState, type ReactNode } from "react";
import { RunFilter } from "../../app/contract/runs.ts";
import type { JobState } from "../../app/model/job.ts";
import { needsYouMessages as words } from "../messages/needs-you-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useWasEver } from "../ui/use-was-ever.ts";
import { WaitingRun } from "./WaitingRun.tsx";
import styles from "./NeedsYouScreen.module.css";

const filter = RunFilter.parse({ tab: "needs_you" });

/** Each open question is a subscription, and a client has sixteen. */
const openAtOnce = 10;

/** Every run that asks a person something, oldest first, with its question and form. */
export function NeedsYouScreen(): ReactNode {
  const { list } = runStore;
  const view = useStoreValue(list.view);
  // An answered run leaves the list: the rows change without the order, the counters with them.
  useStoreValue(list.counters);
  useEffect(() => list.show(filter), [list]);
  useEffect(() => {
    if (view.hasMore) list.loadMore();
    list.setInView(view.order);
  }, [list, view]);
  // While the list changes over from another screen it still holds that screen's rows.
  const waiting = view.order.filter((id) => isWaiting(list.get(id)?.row.status)).toReversed();
  const shown = waiting.slice(0, openAtOnce);
  const { isWhole, onWhole } = useWhole(view.loading === null ? shown : []);
  return (
    <div className={styles.screen}>
      <header className={styles.header}>
        <h1>{words.title}</h1>
        {waiting.length > 0 && <p className={styles.muted}>{words.subtitle(waiting.length)}</p>}
      </header>
      {view.error !== null && (
        <Notice
          tone="error"
          actions={
            <Button size="small" onClick={() => list.show(filter)}>
              {uiMessages.retry}
            </Button>
          }
        >
          {words.failed} {view.error.message}
        </Notice>
      )}
      {waiting.length === 0 && view.loading === null && view.error === null && (
        <EmptyState icon={<UserRoundCheck size={28} />} title={words.emptyTitle}>
          {words.empty}
        </EmptyState>
      )}
      {waiting.length > 0 && (
        <ul className={styles.list} data-whole={isWhole}>
          {shown.map((runId) => (
            <WaitingRun key={runId} runId={runId} onWhole={onWhole} />
          ))}
        </ul>
      )}
      {waiting.length > openAtOnce && (
        <p className={styles.muted}>{words.more(waiting.length - openAtOnce)}</p>
      )}
    </div>
  );
}

/** Long enough to read what the questions are about; then they are shown as far as that came. */
const wholeWithinMs = 3_000;

/**
 * Whether all questions have what they are about, or have had it: where that came later the buttons would move
 * under a pointer that is about to press one. `shown`: empty while it is not known which there are.
 */
function useWhole(shown: readonly string[]): {
  readonly isWhole: boolean;
  readonly onWhole: (runId: string) => void;
} {
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setIsLate(true), wholeWithinMs);
    return () => window.clearTimeout(timer);
  }, []);
  const onWhole = useCallback(
    (runId: string) => setWhole((known) => new Set([...known, runId])),
    [],
  );
  const isNow = shown.length > 0 && shown.every((runId) => whole.has(runId));
  return { isWhole: useWasEver(isLate || isNow), onWhole };
}

function isWaiting(status: JobState | undefined): boolean {
  return status === "awaiting_user" || status === "awaiting_validation";
}
