import * as z from "zod";
import {
  appRequests,
  EngineDown,
  type AppBridge,
  type AppRequest,
} from "../../app/contract/app-bridge.ts";
import { Welcome } from "../../app/contract/browser-session.ts";
import { CoreMessage, type ClientMessage } from "../../app/contract/envelope.ts";
import type { Link, LinkEvents } from "./link.ts";

/** Of what the bridge answers itself; requests and subscriptions count from 1. */
const connectionId = 0;

const Connection = z.discriminatedUnion("kind", [Welcome, EngineDown]);

/** In the app's window: the main process carries messages, and connects to each new core by itself. */
export function openBridgeLink(bridge: AppBridge, events: LinkEvents): Link {
  let isUp = false;
  const receive = (text: string): void => events.onMessage(CoreMessage.parse(JSON.parse(text)));

  bridge.subscribe(connectionId, { topic: "connection" }, (text) => {
    const word = Connection.parse(JSON.parse(text));
    isUp = word.kind === "welcome";
    if (word.kind === "welcome") events.onUp(word);
    else events.onDown(word.staysDown ? "stays_down" : "ended", word.message ?? undefined);
  });

  const pass = (message: ClientMessage): void => {
    switch (message.kind) {
      case "request":
        void bridge.request(message.id, message.name, message.input).then(receive);
        return;
      case "cancel":
        bridge.cancel(message.id);
        return;
      case "subscribe":
        bridge.subscribe(message.id, message.topic, receive);
        return;
      case "unsubscribe":
        bridge.unsubscribe(message.id);
        return;
      case "ack":
        bridge.ack(message.id, message.rev);
        return;
      case "visibility":
      // The main process sees its windows itself.
    }
  };
  const ask = (request: AppRequest) => (): void =>
    void bridge.request(connectionId, appRequests[request], {});
  return {
    copyData: null,
    exportData: ask("export"),
    revealData: ask("reveal"),
    restartEngine: ask("restart"),
    send: (message) => {
      if (isUp) pass(message);
      return isUp;
    },
  };
}
