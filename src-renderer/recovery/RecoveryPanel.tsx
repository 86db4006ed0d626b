import { useEffect, useRef, useState, type ReactNode } from "react";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import { formatCount } from "../format/quantity.ts";
import { KeyHint } from "../keyboard/KeyHint.tsx";
import { useShortcuts } from "../keyboard/use-shortcuts.ts";
import { recoveryMessages } from "../messages/recovery-messages.ts";
import { runStore } from "../run-store.ts";
import { announce } from "../shell/announcer.ts";
import { isEngineHeard } from "../store/engine-heard.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sayLater } from "./act-on-interrupted.ts";
import { InterruptedRunList } from "./InterruptedRunList.tsx";
import { recoveryHeadline } from "./recovery-headline.ts";
import { ResumeSheet } from "./ResumeSheet.tsx";
import { useResumeSafe } from "./use-resume-safe.ts";
import { panelSeenOf } from "./panel-seen.ts";
import { hasPersonActed } from "./person-acted.ts";
import styles from "./RecoveryPanel.module.css";

/** What stopped, what is saved, what will run again. Above the list, never a modal (ui.md §7). */
export function RecoveryPanel(): ReactNode {
  const { recovery } = useStoreValue(runStore.recovery.view);
  const settings = useStoreValue(runStore.settings.settings);
  const heading = useRef<HTMLHeadingElement>(null);
  const [reviewed, setReviewed] = useState<InterruptedRun | null>(null);
  const bulk = useResumeSafe();
  const runs = recovery?.runs.filter((run) => !run.isLater) ?? [];
  const isShown = runs.length > 0 && settings.onLaunch !== "never";
  const headline = recoveryHeadline(runs, recovery?.total ?? 0, recovery?.later ?? 0);
  const counters = useStoreValue(runStore.list.counters);
  const isHeard = useStoreValue(isEngineHeard);
  // Said only while it is so.
  const calm = isHeard && counters?.running === 0 ? recoveryMessages.nothingRuns : "";
  const words = `${headline} ${calm}`;

  const safe = runs.filter((run) => run.risk === "safe");
  const review = runs.filter((run) => run.risk !== "safe");
  const resumeSafe = (): void => bulk.start(recovery?.next === null ? idsOf(safe) : "all");
  const reviewFirst = (): void => setReviewed(review[0] ?? null);
  useShortcuts({
    "$mod+Enter": () => {
      if (!isShown || bulk.isBusy) return;
      if (safe.length > 0) resumeSafe();
      else reviewFirst();
    },
  });

  const instanceId = useStoreValue(runStore.engine)?.instanceId ?? null;
  useEffect(() => {
    if (isShown) panelSeenOf.set(instanceId);
  }, [isShown, instanceId]);
  useEffect(() => {
    if (!isShown) return;
    announce(words);
    // Not from under somebody's hands.
    if (!hasPersonActed()) heading.current?.focus();
    // Announced once, when it appears.
  }, [isShown]);

  const resumedByPolicy = recovery?.byPolicy.filter((one) => one.outcome === "resumed").length ?? 0;
  if (!isShown) {
    if (resumedByPolicy === 0 && bulk.outcome === null) return null;
    return (
      <div className={styles.note}>
        <Notice tone="info">{bulk.outcome ?? recoveryMessages.byPolicy(resumedByPolicy)}</Notice>
      </div>
    );
  }
  return (
    <section className={styles.panel} aria-labelledby="recovery-heading">
      <header className={styles.header}>
        <h2 id="recovery-heading" ref={heading} tabIndex={-1} className={styles.heading} data-pane>
          {headline} <span className={styles.calm}>{calm}</span>
        </h2>
        <div className={styles.actions}>
          {bulk.isBusy ? (
            <Button onClick={bulk.stop}>{recoveryMessages.stop}</Button>
          ) : (
            safe.length > 0 && (
              <Button
                look="primary"
                aria-keyshortcuts="Control+Enter Meta+Enter"
                onClick={resumeSafe}
              >
                {recoveryMessages.resumeSafe(safe.length)} <KeyHint keys="Mod ↵" />
              </Button>
            )
          )}
          {review.length > 0 && (
            <Button onClick={reviewFirst}>{recoveryMessages.review(review.length)}</Button>
          )}
          <Button look="quiet" onClick={() => void sayLater(runs)}>
            {recoveryMessages.later}
          </Button>
        </div>
      </header>
      {bulk.isBusy && <p className={styles.busy}>{recoveryMessages.resuming}</p>}
      {bulk.outcome !== null && <p className={styles.busy}>{bulk.outcome}</p>}
      <InterruptedRunList runs={runs} onReview={setReviewed} />
      {recovery !== null && recovery.next !== null && (
        <Button look="quiet" size="small" onClick={() => runStore.recovery.loadMore()}>
          {recoveryMessages.showMore} ({formatCount(recovery.total - recovery.runs.length)})
        </Button>
      )}
      {reviewed !== null && (
        <ResumeSheet interrupted={reviewed} onClose={() => setReviewed(null)} />
      )}
    </section>
  );
}

function idsOf(runs: readonly InterruptedRun[]): readonly string[] {
  return runs.map((interrupted) => interrupted.run.runId);
}
