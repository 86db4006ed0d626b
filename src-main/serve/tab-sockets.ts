import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import {
  closeCodes,
  Hello,
  socketPath,
  type StaysDown,
  type Welcome,
} from "../../app/contract/browser-session.ts";
import { limits } from "../../app/contract/limits.ts";
import { appVersion } from "../core/app-version.ts";
import type { CoreClient, CoreLink } from "../core/core-client.ts";
import { refuseOrigin } from "./request-origin.ts";
import type { SessionKeys } from "./session-keys.ts";

export interface TabSocketsOptions {
  readonly server: Server;
  readonly port: () => number;
  readonly sessions: SessionKeys;
  readonly now: () => number;
  /** Null while the core is down. */
  readonly core: () => CoreClient | null;
  /** What tabs are told while nothing starts the core by itself; null otherwise. */
  readonly down: () => StaysDown | null;
  readonly onRefusal: (message: string) => void;
}

export interface TabSockets {
  /** Hangs up on everybody; they connect again, or do not. */
  closeAll(code: number, reason: string): void;
  /** The core ended: tabs hear why where it stays so, and are hung up on. */
  endAll(): void;
  closeOf(key: string): void;
}

const helloWithinMs = 5_000;
const pingEveryMs = 30_000;
const mostSockets = 64;
/** A tab that reads slower than this is hung up on: it comes back with fresh snapshots. */
const mostBufferedBytes = 16 * 1024 * 1024;

/** The WebSockets of browser tabs: whoever shows a key first is a client of the core. */
export function acceptTabSockets(options: TabSocketsOptions): TabSockets {
  const { server, onRefusal } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.clientMessageBytes,
    perMessageDeflate: false,
    skipUTF8Validation: false,
  });
  const keys = new Map<WebSocket, string>();

  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const refusal = refuseUpgrade(request, options, sockets.clients.size);
    if (refusal !== null) {
      onRefusal(`A WebSocket was refused: ${refusal}`);
      return refuse(socket, refusal);
    }
    sockets.handleUpgrade(request, socket, head, (tab) => serveTab(tab, options, keys));
  });
  const pings = setInterval(() => {
    for (const tab of sockets.clients) {
      if (!alive.has(tab)) tab.terminate();
      alive.delete(tab);
      tab.ping();
    }
  }, pingEveryMs);
  pings.unref();
  server.on("close", () => clearInterval(pings));

  return {
    closeAll(code, reason) {
      for (const tab of sockets.clients) tab.close(code, reason);
    },
    endAll() {
      for (const tab of sockets.clients) {
        // Only who showed a key is told where the data is.
        endTab(tab, keys.has(tab) ? options.down() : null);
      }
    },
    closeOf(key) {
      for (const [tab, shown] of keys) {
        if (shown === key) tab.close(closeCodes.unauthorized, "The session has ended.");
      }
    },
  };
}

/** Tabs that answered the last ping, or came after it. */
const alive = new WeakSet<WebSocket>();

function serveTab(tab: WebSocket, options: TabSocketsOptions, keys: Map<WebSocket, string>): void {
  const { sessions, now, onRefusal } = options;
  alive.add(tab);
  tab.on("pong", () => alive.add(tab));
  // A protocol error closes the socket by itself.
  tab.on("error", () => tab.terminate());
  let link: CoreLink | null = null;
  let expiry: NodeJS.Timeout | null = null;
  const silence = setTimeout(
    () => tab.close(closeCodes.unauthorized, "Nobody said hello."),
    helloWithinMs,
  );

  tab.on("message", (data, isBinary) => {
    if (isBinary) return tab.close(closeCodes.badMessage, "Messages are text.");
    if (link !== null) return link.send(bytesOf(data));
    if (tab.readyState !== tab.OPEN) return;
    clearTimeout(silence);
    const key = keyIn(data);
    const until = key === null ? null : sessions.validUntil(key);
    if (key === null || until === null) {
      onRefusal("A WebSocket showed no valid session key.");
      return tab.close(closeCodes.unauthorized, "This session is not valid any more.");
    }
    const core = options.core();
    if (core === null) return endTab(tab, options.down());
    keys.set(tab, key);
    expiry = setTimeout(
      () => tab.close(closeCodes.unauthorized, "The session is over."),
      until - now(),
    );
    expiry.unref();
    link = core.connect({
      onMessage: (bytes) => sendTo(tab, bytes),
      onDrop: () => {
        onRefusal("A tab sent what is no message.");
        tab.close(closeCodes.badMessage, "That is no message.");
      },
    });
    const { instanceId } = core.state;
    const welcome: Welcome = { kind: "welcome", appVersion, instanceId };
    tab.send(JSON.stringify(welcome));
  });
  tab.on("close", () => {
    clearTimeout(silence);
    if (expiry !== null) clearTimeout(expiry);
    keys.delete(tab);
    link?.close();
  });
}

function endTab(tab: WebSocket, down: StaysDown | null): void {
  if (down !== null) tab.send(JSON.stringify(down));
  tab.close(closeCodes.coreEnded, "The engine has stopped.");
}

function sendTo(tab: WebSocket, bytes: Uint8Array): void {
  if (tab.readyState !== tab.OPEN) return;
  if (tab.bufferedAmount > mostBufferedBytes) {
    return tab.close(closeCodes.tooSlow, "Too slow: connect again.");
  }
  tab.send(bytes, { binary: false });
}

function keyIn(data: RawData): string | null {
  try {
    const hello = Hello.safeParse(JSON.parse(bytesOf(data).toString("utf8")));
    return hello.success ? hello.data.key : null;
  } catch {
    return null;
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

function refuseUpgrade(
  request: IncomingMessage,
  { port }: TabSocketsOptions,
  open: number,
): string | null {
  const refusal = refuseOrigin(request, { port: port(), needsOrigin: true });
  if (refusal !== null) return `${refusal.status} ${refusal.message}`;
  if (request.url !== socketPath) return "404 There is no WebSocket here.";
  return open >= mostSockets ? "503 Too many tabs at once." : null;
}

function refuse(socket: Duplex, refusal: string): void {
  const [status = "400"] = refusal.split(" ", 1);
  socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
