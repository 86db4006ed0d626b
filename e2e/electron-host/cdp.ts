import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

/** A conversation with one target, or with the browser itself. */
export interface CdpSession {
  send<Method extends keyof Commands>(
    method: Method,
    params?: Commands[Method]["paramsType"][0],
  ): Promise<Commands[Method]["returnType"]>;
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name][0]) => void): void;
}

/** Chromium's DevTools protocol over --remote-debugging-pipe. */
export interface Cdp {
  readonly browser: CdpSession;
  session(id: string): CdpSession;
  /** Chromium is gone. */
  readonly closed: Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Pending {
  readonly method: string;
  readonly sessionId: string | undefined;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

const browserKey = "";

/** `child` was started with pipes as file descriptors 3 (to it) and 4 (from it). */
export function connectCdp(child: ChildProcess): Cdp {
  // Both were asked for when it was started.
  const output = child.stdio[3] as Writable;
  const input = child.stdio[4] as Readable;
  const pending = new Map<number, Pending>();
  const emitters = new Map<string, EventEmitter>();
  const closed = Promise.withResolvers<void>();
  let isClosed = false;
  let lastId = 0;

  const close = (): void => {
    isClosed = true;
    for (const request of pending.values()) request.reject(gone(request.method));
    pending.clear();
    closed.resolve();
  };
  input.on("close", close);
  output.on("error", close);
  readMessages(input, (message) => {
    if (message.id !== undefined) answer(pending, message);
    else {
      if (message.method === "Target.detachedFromTarget") detach(message.params);
      emitters.get(message.sessionId ?? browserKey)?.emit(message.method ?? "", message.params);
    }
  });

  // The protocol says that this event has a session id.
  function detach(params: unknown): void {
    const { sessionId } = params as { sessionId: string };
    emitters.delete(sessionId);
    for (const [id, request] of pending) {
      if (request.sessionId !== sessionId) continue;
      pending.delete(id);
      request.reject(gone(request.method));
    }
  }

  function session(sessionId: string | undefined): CdpSession {
    const key = sessionId ?? browserKey;
    const emitter = emitters.get(key) ?? new EventEmitter().setMaxListeners(0);
    emitters.set(key, emitter);
    return {
      send(method, params) {
        if (isClosed || !emitters.has(key)) return Promise.reject(gone(method));
        const id = ++lastId;
        return new Promise((resolve, reject) => {
          pending.set(id, { method, sessionId, resolve, reject });
          output.write(`${JSON.stringify({ id, method, params: params ?? {}, sessionId })}\0`);
        });
      },
      on(name, listener) {
        emitter.on(name, listener);
      },
    };
  }

  return { browser: session(undefined), session, closed: closed.promise };
}

function answer(pending: Map<number, Pending>, { id = 0, error, result }: Message): void {
  const request = pending.get(id);
  pending.delete(id);
  if (error === undefined) request?.resolve(result);
  else request?.reject(new Error(`${request.method}: ${error.message}`));
}

function gone(method: string): Error {
  return new Error(`The page is gone (${method})`);
}

/** Messages are JSON texts that end in a zero byte. */
function readMessages(input: Readable, onMessage: (message: Message) => void): void {
  let begun: Buffer[] = [];
  input.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      begun.push(chunk.subarray(start, end));
      // Chromium speaks the protocol that the types describe.
      onMessage(JSON.parse(Buffer.concat(begun).toString("utf8")) as Message);
      begun = [];
      start = end + 1;
    }
    begun.push(chunk.subarray(start));
  });
}
