import type { ApiError } from "../../app/contract/api-error.ts";
import type { Topic } from "../../app/contract/subscriptions.ts";
import type { ApiClient, TopicMessage } from "../link/api-client.ts";
import { noteBehind } from "./engine-heard.ts";
import { judgeMessage } from "./revision-gate.ts";
import type { Schedule } from "./schedule.ts";

export interface TopicWatch {
  change(topic: Topic): void;
  close(): void;
}

/**
 * Subscribes to a topic and hands over what is to be applied, in order, once per animation frame.
 * A gap asks for a fresh snapshot; what is shown stays until it arrives.
 */
export function watchTopic(options: {
  readonly client: ApiClient;
  readonly topic: Topic;
  readonly schedule: Schedule;
  readonly apply: (messages: readonly TopicMessage[]) => void;
  readonly onEnded: (error: ApiError) => void;
  /** Messages were lost, by a gap or with the connection: a snapshot follows. */
  readonly onLost?: () => void;
}): TopicWatch {
  const self = Symbol("watch");
  let { topic } = options;
  let rev: number | null = null;
  let waiting: TopicMessage[] = [];
  let isClosed = false;

  const flush = (): void => {
    const messages = waiting;
    waiting = [];
    if (isClosed || messages.length === 0) return;
    options.apply(messages);
    noteBehind(self, false);
    if (rev !== null) handle.acknowledge(rev);
  };

  const handle = options.client.subscribe(topic, {
    onMessage: (message) => {
      const verdict = judgeMessage(rev, message);
      if (verdict === "ignore") return;
      if (verdict === "gap") {
        rev = null;
        options.onLost?.();
        handle.change(topic);
        return;
      }
      rev = message.kind === "snapshot" ? message.rev : message.toRev;
      waiting.push(message);
      if (waiting.length === 1) options.schedule(flush);
    },
    onEnded: (error) => {
      noteBehind(self, false);
      options.onEnded(error);
    },
    onRestart: () => {
      noteBehind(self, true);
      rev = null;
      waiting = [];
      options.onLost?.();
    },
  });

  return {
    change: (next) => {
      topic = next;
      handle.change(next);
    },
    close: () => {
      isClosed = true;
      noteBehind(self, false);
      handle.close();
    },
  };
}
