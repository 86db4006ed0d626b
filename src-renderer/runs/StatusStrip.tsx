import type { ReactNode } from "react";
import type { RunCounters } from "../../app/contract/runs.ts";
import { JobState } from "../../app/model/job.ts";
import { formatCompact, formatCount } from "../format/quantity.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import { nodeStatusWords, statusWords } from "../messages/status-messages.ts";
import { StatusIcon } from "../status/StatusIcon.tsx";
import { statusColour } from "../status/status-style.ts";
import { isEngineHeard } from "../store/engine-heard.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { pressedStates, toggleState } from "./change-run-query.ts";
import styles from "./StatusStrip.module.css";

/** Ten counters that are toggles: pressing one narrows the list to that status. */
export function StatusStrip(props: {
  readonly counters: RunCounters | null;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}): ReactNode {
  const pressed = pressedStates(props.query);
  const isHeard = useStoreValue(isEngineHeard);
  return (
    <div className={styles.strip} role="group" aria-label={runsMessages.counters}>
      {JobState.options.map((state) => {
        const count = props.counters?.[state] ?? 0;
        // As in the rows: what was last known is not said to be so now.
        const word =
          state === "running" && count > 0 && !isHeard
            ? nodeStatusWords.wasRunning
            : statusWords[state];
        return (
          <button
            key={state}
            type="button"
            className={styles.counter}
            style={{ "--tone": statusColour(state) }}
            data-empty={count === 0}
            aria-pressed={pressed.includes(state)}
            title={runsMessages.counterName(word, count)}
            onClick={() => props.onQuery(toggleState(props.query, state))}
          >
            <span className={styles.top}>
              <StatusIcon status={state} size={14} />
              <span className={styles.count}>
                {props.counters === null
                  ? "·"
                  : count < 10_000
                    ? formatCount(count)
                    : formatCompact(count)}
              </span>
            </span>{" "}
            <span className={styles.word}>{word}</span>
          </button>
        );
      })}
    </div>
  );
}
