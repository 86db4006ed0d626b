import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { recoveryMessages } from "../messages/recovery-messages.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { panelSeenOf } from "./panel-seen.ts";
import { recoveryHeadline } from "./recovery-headline.ts";
import styles from "./RecoveryBar.module.css";

/**
 * On every screen but the one with the panel: a window that stood elsewhere is led to what stopped, once. A
 * run's own page says itself that it stopped; there the bar speaks of the others.
 */
export function RecoveryBar(): ReactNode {
  const { recovery } = useStoreValue(runStore.recovery.view);
  const settings = useStoreValue(runStore.settings.settings);
  const engine = useStoreValue(runStore.engine);
  const seenOf = useStoreValue(panelSeenOf);
  const [path, navigate] = useLocation();
  const waiting = recovery?.runs.filter((run) => !run.isLater) ?? [];
  const runs = waiting.filter(({ run }) => path !== `/run/${run.runId}`);
  const hasOwnPage = runs.length < waiting.length;
  const total = (recovery?.total ?? 0) - (hasOwnPage ? 1 : 0);
  if (path === "/runs" || runs.length === 0 || settings.onLaunch === "never") return null;
  if (engine === null || engine.instanceId === seenOf) return null;
  return (
    <div className={styles.bar}>
      <Notice
        tone="warning"
        actions={
          <Button look="primary" size="small" onClick={() => navigate("/runs")}>
            {recoveryMessages.showPanel}
          </Button>
        }
      >
        {hasOwnPage && `${recoveryMessages.beside} `}
        {recoveryHeadline(runs, total, recovery?.later ?? 0)}
      </Notice>
    </div>
  );
}
