import { closeCodes, socketPath, StaysDown, Welcome } from "../../app/contract/browser-session.ts";
import { CoreMessage } from "../../app/contract/envelope.ts";
import { fetchDataCopy } from "./fetch-data-copy.ts";
import type { Link, LinkEvents } from "./link.ts";
import { reconnectDelayMs } from "./reconnect-delay.ts";
import { forgetSessionKey, findSessionKey } from "./session-key.ts";

/** Browser mode: one WebSocket that connects again for as long as the tab is open. */
export function openSocketLink(events: LinkEvents): Link {
  let socket: WebSocket | null = null;
  let isUp = false;
  let tries = 0;
  let down: StaysDown | null = null;

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
      const staysDown = StaysDown.safeParse(message);
      if (staysDown.success) {
        down = staysDown.data;
        return;
      }
      if (isUp) {
        events.onMessage(CoreMessage.parse(message));
        return;
      }
      const welcome = Welcome.parse(message);
      isUp = true;
      tries = 0;
      down = null;
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
      // It went away altogether: what it said before counts no more.
      if (event.code !== closeCodes.coreEnded) down = null;
      if (down !== null) events.onDown("stays_down", down.message);
      else events.onDown(event.code === closeCodes.coreEnded ? "ended" : "lost");
      again();
    });
  };

  void connect();
  return {
    restartEngine: null,
    exportData: null,
    revealData: null,
    get copyData() {
      return down?.hasCopy === true ? fetchDataCopy : null;
    },
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
