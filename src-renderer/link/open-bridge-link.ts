import type { AppBridge } from "../../app/contract/app-bridge.ts";
import { Welcome } from "../../app/contract/browser-session.ts";
import { CoreMessage, type ClientMessage } from "../../app/contract/envelope.ts";
import type { Link, LinkEvents } from "./link.ts";

/** The bridge's own topic; requests and subscriptions count from 1. */
const connectionId = 0;

/** In the app's window: the main process carries messages, and connects to each new core by itself. */
export function openBridgeLink(bridge: AppBridge, events: LinkEvents): Link {
  let isUp = false;
  const receive = (text: string): void => events.onMessage(CoreMessage.parse(JSON.parse(text)));

  bridge.subscribe(connectionId, { topic: "connection" }, (text) => {
    const welcome = Welcome.safeParse(JSON.parse(text));
    isUp = welcome.success;
    if (welcome.success) events.onUp(welcome.data);
    else events.onDown("ended");
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
  return {
    send: (message) => {
      if (isUp) pass(message);
      return isUp;
    },
  };
}
