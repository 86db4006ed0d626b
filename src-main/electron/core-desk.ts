import type { RunRow } from "../../app/contract/run-row.ts";
import type { RunCounters } from "../../app/contract/runs.ts";
import type { JobState } from "../../app/model/job.ts";
import type { CoreClient } from "../core/core-client.ts";
import { openCoreLine, type TopicMessage } from "./core-line.ts";

/** What the main process itself asks of the core. */
export interface CoreDesk {
  /** Asked anew each time, because quitting depends on it. Null when the core does not answer. */
  activeRuns(): Promise<number | null>;
  close(): void;
}

export interface CoreDeskEvents {
  readonly onCounters: (counters: RunCounters) => void;
  /** Runs that came into a state that a person should hear of. */
  readonly onArrived: (rows: readonly RunRow[]) => void;
}

/** What a person should hear of. */
const noteworthy: JobState[] = [
  "awaiting_user",
  "awaiting_validation",
  "failed",
  "poisoned",
  "stalled",
];

export function openCoreDesk(core: CoreClient, events: CoreDeskEvents): CoreDesk {
  const topic = { topic: "runs" as const, filter: { states: noteworthy } };
  const line = openCoreLine(core, [{ topic, onMessage: tell }]);

  function tell(message: TopicMessage): void {
    if (message.topic !== "runs") return;
    if (message.kind === "snapshot") return events.onCounters(message.snapshot.counters);
    for (const op of message.ops) {
      if (op.op === "counters") events.onCounters(op.counters);
      else if (op.op === "arrived") events.onArrived(op.rows);
    }
  }

  return {
    async activeRuns() {
      try {
        return (await line.request("engine.state", {})).engine.activeRuns;
      } catch {
        return null;
      }
    },
    close: () => line.close(),
  };
}
