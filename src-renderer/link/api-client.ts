import type { ApiError } from "../../app/contract/api-error.ts";
import {
  requests,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from "../../app/contract/contract.ts";
import type { CoreMessage } from "../../app/contract/envelope.ts";
import type { Topic } from "../../app/contract/subscriptions.ts";
import { failed, type ApiResult } from "../api-result.ts";
import { connectionMessages } from "../messages/connection-messages.ts";
import type { DownReason, Link, LinkEvents } from "./link.ts";

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "up"; readonly instanceId: string; readonly appVersion: string }
  | { readonly state: "down"; readonly why: DownReason; readonly message: string | null };

/** A snapshot or delta of any topic. */
export type TopicMessage = Extract<CoreMessage, { readonly kind: "snapshot" | "delta" }>;

export interface TopicEvents {
  onMessage(message: TopicMessage): void;
  /** The core refused or ended it; nothing more comes. */
  onEnded(error: ApiError): void;
  /** The connection is up again and the topic was asked for anew: a snapshot follows. */
  onRestart(): void;
}

export interface TopicHandle {
  /** Watches something else under the same subscription, or asks for a fresh snapshot of the same. */
  change(topic: Topic): void;
  acknowledge(rev: number): void;
  close(): void;
}

export interface ApiClient {
  request<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<ApiResult<RequestOutput<Name>>>;
  subscribe(topic: Topic, events: TopicEvents): TopicHandle;
  setHidden(hidden: boolean): void;
  /** Null where the page cannot ask for it. */
  readonly restartEngine: (() => void) | null;
  readonly copyData: Link["copyData"];
  readonly exportData: Link["exportData"];
  readonly revealData: Link["revealData"];
  readonly connection: Connection;
  onConnection(listener: () => void): () => void;
}

type Answer = Extract<CoreMessage, { readonly kind: "answer" }>;

/** Speaks the contract over a link: requests, subscriptions, and what to do when the link comes back. */
export function createApiClient(openLink: (events: LinkEvents) => Link): ApiClient {
  const pending = new Map<number, (answer: Answer | null) => void>();
  const topics = new Map<number, { topic: Topic; readonly events: TopicEvents }>();
  const listeners = new Set<() => void>();
  let connection: Connection = { state: "connecting" };
  let isHidden = false;
  let nextId = 0;

  const setConnection = (next: Connection): void => {
    connection = next;
    for (const listener of listeners) listener();
  };

  const link = openLink({
    onUp: ({ instanceId, appVersion }) => {
      setConnection({ state: "up", instanceId, appVersion });
      if (isHidden) link.send({ kind: "visibility", hidden: true });
      for (const [id, { topic, events }] of topics) {
        events.onRestart();
        link.send({ kind: "subscribe", id, topic });
      }
    },
    onMessage: (message) => {
      switch (message.kind) {
        case "answer":
          settle(message.id, message);
          return;
        case "ended":
          topics.get(message.id)?.events.onEnded(message.error);
          // The next engine may have it: it is asked for anew, or what is shown would stand still for ever.
          if (!message.error.retryable) topics.delete(message.id);
          return;
        case "snapshot":
        case "delta":
          topics.get(message.id)?.events.onMessage(message);
      }
    },
    onDown: (why, message) => {
      for (const id of pending.keys()) settle(id, null);
      setConnection({ state: "down", why, message: message ?? null });
    },
  });

  const settle = (id: number, answer: Answer | null): void => {
    const resolve = pending.get(id);
    pending.delete(id);
    resolve?.(answer);
  };

  return {
    restartEngine: link.restartEngine,
    exportData: link.exportData,
    revealData: link.revealData,
    get copyData() {
      return link.copyData;
    },
    get connection() {
      return connection;
    },
    onConnection: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    request: (name, input, options = {}) =>
      new Promise((resolve) => {
        const id = (nextId += 1);
        const { signal } = options;
        const takeBack = (): void => void link.send({ kind: "cancel", id });
        if (signal?.aborted === true) {
          resolve(failed("CANCELLED", connectionMessages.takenBack, true));
          return;
        }
        if (!link.send({ kind: "request", id, name, input })) {
          resolve(failed("UNAVAILABLE", connectionMessages.engineStopped, true));
          return;
        }
        signal?.addEventListener("abort", takeBack, { once: true });
        pending.set(id, (answer) => {
          signal?.removeEventListener("abort", takeBack);
          resolve(readAnswer(name, answer));
        });
      }),
    subscribe: (topic, events) => {
      const id = (nextId += 1);
      topics.set(id, { topic, events });
      link.send({ kind: "subscribe", id, topic });
      return {
        change: (next) => {
          if (!topics.has(id)) return;
          topics.set(id, { topic: next, events });
          link.send({ kind: "subscribe", id, topic: next });
        },
        acknowledge: (rev) => void link.send({ kind: "ack", id, rev }),
        close: () => {
          if (topics.delete(id)) link.send({ kind: "unsubscribe", id });
        },
      };
    },
    setHidden: (hidden) => {
      isHidden = hidden;
      link.send({ kind: "visibility", hidden });
    },
  };
}

/** Parsed by the request's own schema; an answer that does not fit is a defect and says so. */
function readAnswer<Name extends RequestName>(
  name: Name,
  answer: Answer | null,
): ApiResult<RequestOutput<Name>> {
  if (answer === null) return failed("UNAVAILABLE", connectionMessages.answerLost, true);
  if (!answer.ok) return answer;
  const parsed = requests[name].output.safeParse(answer.value);
  if (!parsed.success) return failed("INTERNAL", connectionMessages.badAnswer(name), false);
  // The schema is the one of this name.
  return { ok: true, value: parsed.data as RequestOutput<Name> };
}
