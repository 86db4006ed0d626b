import type * as z from "zod";
import {
  requests,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from "../../app/contract/contract.ts";
import { CoreMessage } from "../../app/contract/envelope.ts";
import type { Topic } from "../../app/contract/subscriptions.ts";
import type { CoreClient } from "../core/core-client.ts";

/** The main process's own line to the core: it is a client like a window. */
export interface CoreLine {
  /** Rejects when it is refused, or not answered within two seconds. */
  request<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ): Promise<RequestOutput<Name>>;
  close(): void;
}

/** What is watched: every batch is acknowledged once `onMessage` has returned. */
export interface WatchedTopic {
  readonly topic: z.input<typeof Topic>;
  readonly onMessage: (message: TopicMessage) => void;
}

export type TopicMessage = Extract<CoreMessage, { readonly kind: "snapshot" | "delta" }>;

type Answer = Extract<CoreMessage, { readonly kind: "answer" }>;

const patienceMs = 2_000;

export function openCoreLine(core: CoreClient, watched: readonly WatchedTopic[] = []): CoreLine {
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = watched.length;
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
      waiting.get(message.id)?.(message);
    } else if (message.kind !== "ended") {
      watched[message.id]?.onMessage(message);
      const rev = message.kind === "snapshot" ? message.rev : message.toRev;
      send({ kind: "ack", id: message.id, rev });
    }
  }

  function send(message: object): void {
    link.send(Buffer.from(JSON.stringify(message)));
  }

  for (const [id, { topic }] of watched.entries()) send({ kind: "subscribe", id, topic });
  return {
    async request(name, input) {
      const id = (lastId += 1);
      const answered = Promise.withResolvers<Answer>();
      waiting.set(id, answered.resolve);
      const late = (): void => answered.reject(new Error(`${name} was not answered.`));
      const limit = setTimeout(late, patienceMs);
      send({ kind: "request", id, name, input });
      try {
        const answer = await answered.promise;
        if (!answer.ok) throw new Error(`${name} was refused: ${answer.error.message}`);
        // The schema is the one of this name.
        return requests[name].output.parse(answer.value) as RequestOutput<typeof name>;
      } finally {
        clearTimeout(limit);
        waiting.delete(id);
      }
    },
    close: () => link.close(),
  };
}
