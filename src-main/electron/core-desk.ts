import { engineRequests } from "../../app/contract/engine.ts";
import { CoreMessage } from "../../app/contract/envelope.ts";
import type { RunRow } from "../../app/contract/run-row.ts";
import type { RunCounters } from "../../app/contract/runs.ts";
import type { JobState } from "../../app/model/job.ts";
import type { CoreClient } from "../core/core-client.ts";

/** What the main process itself asks of the core: it is a client like a window. */
export interface CoreDesk {
  /** Asked anew each time, because quitting depends on it. No answer within two seconds counts as none. */
  activeRuns(): Promise<number>;
  close(): void;
}

export interface CoreDeskEvents {
  readonly onCounters: (counters: RunCounters) => void;
  /** Runs that came into a state that a person should hear of. */
  readonly onArrived: (rows: readonly RunRow[]) => void;
}

const patienceMs = 2_000;
const runsTopic = 1;
/** What a person should hear of. */
const noteworthy: readonly JobState[] = [
  "awaiting_user",
  "awaiting_validation",
  "failed",
  "poisoned",
  "stalled",
];

export function openCoreDesk(core: CoreClient, events: CoreDeskEvents): CoreDesk {
  const waiting = new Map<number, (value: unknown) => void>();
  let lastId = 0;
  const link = core.connect({
    onMessage(bytes) {
      receive(CoreMessage.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))));
    },
    onDrop() {
      throw new Error("The core took a message of the main process for none.");
    },
  });

  function receive(message: CoreMessage): void {
    if (message.kind === "answer") {
      if (message.ok) waiting.get(message.id)?.(message.value);
    } else if (message.kind === "snapshot" && message.topic === "runs") {
      events.onCounters(message.snapshot.counters);
      send({ kind: "ack", id: message.id, rev: message.rev });
    } else if (message.kind === "delta" && message.topic === "runs") {
      for (const op of message.ops) {
        if (op.op === "counters") events.onCounters(op.counters);
        else if (op.op === "arrived") events.onArrived(op.rows);
      }
      send({ kind: "ack", id: message.id, rev: message.toRev });
    }
  }

  function request(name: string): Promise<unknown> {
    const id = (lastId += 1);
    send({ kind: "request", id, name, input: {} });
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`${name} was not answered.`)), patienceMs);
      waiting.set(id, (value) => {
        clearTimeout(limit);
        waiting.delete(id);
        resolve(value);
      });
    });
  }

  function send(message: object): void {
    link.send(Buffer.from(JSON.stringify(message)));
  }

  const topic = { topic: "runs", filter: { states: noteworthy } };
  send({ kind: "subscribe", id: runsTopic, topic });
  return {
    async activeRuns() {
      try {
        const answer = engineRequests["engine.state"].output.parse(await request("engine.state"));
        return answer.engine.activeRuns;
      } catch {
        // A core that is stuck or gone has nothing that a question could save.
        return 0;
      }
    },
    close: () => link.close(),
  };
}
