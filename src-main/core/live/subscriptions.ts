import type { Topic } from "../../../app/contract/subscriptions.ts";
import { limits } from "../../../app/contract/limits.ts";
import type { EngineSignal } from "../../../app/engine/event-bus.ts";
import { apiError, apiErrorOf } from "../api-error-of.ts";
import type { EngineDesk } from "../engine-desk.ts";
import type { ScreenReads } from "../reading/screen-reads.ts";
import { createEngineFeed } from "./engine-feed.ts";
import type { Feed } from "./feed.ts";
import { createRunFeed } from "./run-feed.ts";
import { createRunsFeed } from "./runs-feed.ts";
import { openSubscription, type Subscription } from "./subscription.ts";

export interface LiveParts {
  readonly engine: { subscribe(listener: (signal: EngineSignal) => void): () => void };
  readonly reads: ScreenReads;
  readonly engineDesk: Pick<EngineDesk, "state" | "onChange">;
  readonly now: () => number;
  readonly onUnknownError: (error: unknown) => void;
}

/** What clients watch. One listener at the engine, whoever watches whatever. */
export interface Live {
  connect(send: (message: Uint8Array) => void): LiveClient;
  close(): void;
}

/** The subscriptions of one client. */
export interface LiveClient {
  subscribe(id: number, topic: Topic): void;
  unsubscribe(id: number): void;
  acknowledge(id: number, rev: number): void;
  setHidden(hidden: boolean): void;
  close(): void;
  /** For tests: entries that wait in all subscriptions. */
  readonly pending: number;
}

export function createLive(parts: LiveParts): Live {
  const clients = new Set<Map<number, Subscription>>();
  const unsubscribeSignals = parts.engine.subscribe((signal) => {
    for (const client of clients) for (const watched of client.values()) watched.note(signal);
  });
  return {
    connect(send) {
      const watched = new Map<number, Subscription>();
      clients.add(watched);
      return connectClient({ parts, watched, send, onClose: () => clients.delete(watched) });
    },
    close() {
      unsubscribeSignals();
      for (const client of clients)
        for (const subscription of client.values()) subscription.close();
      clients.clear();
    },
  };
}

interface Connecting {
  readonly parts: LiveParts;
  readonly watched: Map<number, Subscription>;
  readonly send: (message: Uint8Array) => void;
  readonly onClose: () => void;
}

function connectClient({ parts, watched, send, onClose }: Connecting): LiveClient {
  const feeds = new Map<number, Feed>();
  const cleanups = new Map<number, () => void>();
  let isHidden = false;

  /** The one that is there, if it can go on with the topic. */
  function feedOf(id: number, topic: Topic): Feed {
    const known = feeds.get(id);
    if (known?.retarget(topic) === true) return known;
    cleanups.get(id)?.();
    cleanups.delete(id);
    const feed = openFeed(id, topic);
    feeds.set(id, feed);
    return feed;
  }

  function openFeed(id: number, topic: Topic): Feed {
    switch (topic.topic) {
      case "runs":
        return createRunsFeed(parts.reads, topic, parts.now);
      case "run":
        return createRunFeed(parts.reads, topic.runId);
      case "engine": {
        const feed = createEngineFeed(parts.engineDesk);
        const stop = parts.engineDesk.onChange(() => {
          feed.touch();
          watched.get(id)?.touch();
        });
        cleanups.set(id, stop);
        return feed;
      }
    }
  }

  function unsubscribe(id: number): void {
    watched.get(id)?.close();
    watched.delete(id);
    feeds.delete(id);
    cleanups.get(id)?.();
    cleanups.delete(id);
  }

  return {
    subscribe(id, topic) {
      const known = watched.get(id);
      if (known !== undefined) return known.replace(feedOf(id, topic));
      if (watched.size >= limits.subscriptions) {
        const error = apiError("BUSY", `A client watches at most ${limits.subscriptions} things.`);
        send(Buffer.from(JSON.stringify({ kind: "ended", id, error })));
        return;
      }
      watched.set(
        id,
        openSubscription({
          id,
          feed: feedOf(id, topic),
          isHidden,
          send,
          onFailure(error) {
            unsubscribe(id);
            return apiErrorOf(error, parts.onUnknownError);
          },
        }),
      );
    },
    unsubscribe,
    acknowledge: (id, rev) => watched.get(id)?.acknowledge(rev),
    setHidden(hidden) {
      isHidden = hidden;
      for (const subscription of watched.values()) subscription.setHidden(hidden);
    },
    close() {
      for (const id of watched.keys()) unsubscribe(id);
      onClose();
    },
    get pending() {
      let sum = 0;
      for (const subscription of watched.values()) sum += subscription.pending;
      return sum;
    },
  };
}
