import { closeCodes, socketPath, Welcome } from "../../app/contract/browser-session.ts";
import { CoreMessage } from "../../app/contract/envelope.ts";
import type { Link, LinkEvents } from "./link.ts";
import { reconnectDelayMs } from "./reconnect-delay.ts";
import { forgetSessionKey, findSessionKey } from "./session-key.ts";

/** Browser mode: one WebSocket that connects again for as long as the tab is open. */
export function openSocketLink(events: LinkEvents): Link {
  let socket: WebSocket | null = null;
  let isUp = false;
  let tries = 0;

  const again = (): void => {
    window.setTimeout(() => void connect(), reconnectDelayMs(tries));
    tries += 1;
  };

  const connect = async (): Promise<void> => {
    const session = await findSessionKey().catch(() => null);
    if (session === null) {
      // The server did not answer the exchange: it is down.
      events.onDown("lost");
      again();
      return;
    }
    if (session.key === null) {
      events.onDown("refused", session.refusal ?? undefined);
      return;
    }
    const { key } = session;
    const opening = new WebSocket(socketAddress());
    socket = opening;
    opening.addEventListener("open", () => {
      opening.send(JSON.stringify({ kind: "hello", key }));
    });
    opening.addEventListener("message", (event: MessageEvent<unknown>) => {
      const message: unknown = JSON.parse(String(event.data));
      if (isUp) {
        events.onMessage(CoreMessage.parse(message));
        return;
      }
      const welcome = Welcome.parse(message);
      isUp = true;
      tries = 0;
      events.onUp(welcome);
    });
    opening.addEventListener("close", (event) => {
      isUp = false;
      socket = null;
      if (event.code === closeCodes.unauthorized) {
        forgetSessionKey();
        events.onDown("refused");
        return;
      }
      events.onDown("lost");
      again();
    });
  };

  void connect();
  return {
    restartEngine: null,
    send: (message) => {
      if (socket === null || !isUp) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}

function socketAddress(): string {
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${window.location.host}${socketPath}`;
}
