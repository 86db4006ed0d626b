import type { ReactNode } from "react";
import { RunTab, type RunCounters } from "../../app/contract/runs.ts";
import { formatCompact } from "../format/quantity.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import styles from "./RunTabs.module.css";

/** The ready-made selections, with how many runs each holds where a counter knows. */
export function RunTabs(props: {
  readonly tab: RunTab;
  readonly counters: RunCounters | null;
  readonly onTab: (tab: RunTab) => void;
}): ReactNode {
  return (
    <div className={styles.tabs} role="group" aria-label={runsMessages.tabs}>
      {RunTab.options.map((tab) => {
        const count = countOf(tab, props.counters);
        return (
          <button
            key={tab}
            type="button"
            className={styles.tab}
            aria-pressed={props.tab === tab}
            onClick={() => props.onTab(tab)}
          >
            {runsMessages.tabNames[tab]}
            {count !== null && count > 0 && (
              <span className={styles.count}>{formatCompact(count)}</span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function countOf(tab: RunTab, counters: RunCounters | null): number | null {
  if (counters === null) return null;
  switch (tab) {
    case "all":
    case "failed_today":
      return null;
    case "in_flight":
      return counters.queued + counters.running;
    case "needs_you":
      return counters.awaiting_user + counters.awaiting_validation;
    case "stalled":
      return counters.stalled + counters.poisoned;
  }
}
