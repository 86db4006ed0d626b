import type { EngineState } from "../../app/contract/engine.ts";
import type { ApiClient, Connection } from "../link/api-client.ts";
import type { Schedule } from "./schedule.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";
import { watchTopic } from "./watch-topic.ts";

/** How the engine is, and whether it can be heard at all. */
export interface EngineWatch {
  readonly engine: StoreValue<EngineState | null>;
  readonly connection: StoreValue<Connection>;
}

export function watchEngine(client: ApiClient, schedule: Schedule): EngineWatch {
  const engine = createStoreValue<EngineState | null>(null);
  const connection = createStoreValue<Connection>(client.connection);
  client.onConnection(() => connection.set(client.connection));
  watchTopic({
    client,
    topic: { topic: "engine" },
    schedule,
    apply: (messages) => {
      for (const message of messages) {
        if (message.topic !== "engine") continue;
        if (message.kind === "snapshot") engine.set(message.snapshot.engine);
        else for (const op of message.ops) engine.set(op.engine);
      }
    },
    onEnded: () => undefined,
  });
  return { engine, connection };
}
