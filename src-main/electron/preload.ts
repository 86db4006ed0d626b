import { contextBridge, ipcRenderer } from "electron";
import type { AppBridge, AppRequest, appRequests } from "../../app/contract/app-bridge.ts";
import { bridgeChannel, type FromPreload, type ToPreload } from "./bridge-channel.ts";

/** Its own copy: the contract brings zod with it, and the preload is without. */
const appRequestNames: typeof appRequests = {
  restart: "app.restart-engine",
  reveal: "app.reveal-data",
  export: "app.export-data",
};
const document = crypto.randomUUID();
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const answers = new Map<number, (text: string) => void>();
const topics = new Map<number, (text: string) => void>();
const connections = new Map<number, (text: string) => void>();
const openings = new Map<number, (text: string) => void>();
/** What came before the page listened. */
const earlyOpenings: string[] = [];
/** The newest word on the connection, for whoever asks late; null before the first. */
let connection: string | null = null;

const bridge: AppBridge = {
  request: (id, name, input) =>
    new Promise((resolve) => {
      const appRequest = appRequestNamed(name);
      if (appRequest !== null) {
        toMain({ kind: appRequest, document });
        resolve(JSON.stringify({ kind: "answer", id, ok: true, value: null }));
        return;
      }
      answers.set(id, resolve);
      send({ kind: "request", id, name, input });
    }),
  cancel: (id) => send({ kind: "cancel", id }),
  subscribe(id, topic, onMessage) {
    if (isOwnTopic(topic, "openings")) {
      openings.set(id, onMessage);
      for (const text of earlyOpenings.splice(0)) onMessage(text);
      return;
    }
    if (isOwnTopic(topic, "connection")) {
      connections.set(id, onMessage);
      if (connection !== null) onMessage(connection);
      return;
    }
    topics.set(id, onMessage);
    send({ kind: "subscribe", id, topic });
  },
  unsubscribe(id) {
    if (connections.delete(id) || openings.delete(id)) return;
    topics.delete(id);
    send({ kind: "unsubscribe", id });
  },
  ack: (id, rev) => send({ kind: "ack", id, rev }),
};

ipcRenderer.on(bridgeChannel, (_event, message: ToPreload) => {
  if (message.document !== document) return;
  switch (message.kind) {
    case "welcome": {
      const { instanceId, appVersion } = message;
      tellConnection({ kind: "welcome", instanceId, appVersion });
      break;
    }
    case "down":
      for (const id of answers.keys()) settle(id, JSON.stringify(lostAnswer(id)));
      tellConnection({ kind: "down", staysDown: message.staysDown, message: message.message });
      break;
    case "opening": {
      const text = JSON.stringify(message.opening);
      if (openings.size === 0) earlyOpenings.push(text);
      for (const tell of openings.values()) tell(text);
      break;
    }
    case "message":
      deliver(decoder.decode(message.bytes));
      break;
  }
});
contextBridge.exposeInMainWorld("handshake", bridge);
toMain({ kind: "open", document });

function appRequestNamed(name: string): AppRequest | null {
  const kinds = ["restart", "reveal", "export"] as const;
  return kinds.find((kind) => appRequestNames[kind] === name) ?? null;
}

function deliver(text: string): void {
  const { kind, id } = envelopeOf(text);
  if (kind === "answer") settle(id, text);
  else {
    topics.get(id)?.(text);
    if (kind === "ended") topics.delete(id);
  }
}

function settle(id: number, text: string): void {
  const resolve = answers.get(id);
  answers.delete(id);
  resolve?.(text);
}

/** A message begins with its kind and id, so that a large one need not be parsed to be passed on. */
function envelopeOf(text: string): { readonly kind: string; readonly id: number } {
  const [, kind = "", id = ""] = /^\{"kind":"([a-z]+)","id":(\d+)[,}]/.exec(text) ?? [];
  return { kind, id: Number(id) };
}

function lostAnswer(id: number): object {
  const message = "The engine stopped before it answered.";
  const error = { code: "UNAVAILABLE", message, retryable: true, details: null };
  return { kind: "answer", id, ok: false, error };
}

function tellConnection(state: object): void {
  connection = JSON.stringify(state);
  for (const tell of connections.values()) tell(connection);
}

/** A topic that the bridge answers itself. */
function isOwnTopic(topic: unknown, name: "connection" | "openings"): boolean {
  return typeof topic === "object" && topic !== null && "topic" in topic && topic.topic === name;
}

function send(message: object): void {
  toMain({ kind: "message", document, bytes: encoder.encode(JSON.stringify(message)) });
}

function toMain(message: FromPreload): void {
  ipcRenderer.send(bridgeChannel, message);
}
