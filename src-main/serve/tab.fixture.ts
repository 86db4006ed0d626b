import { WebSocket } from "ws";
import {
  SessionGrant,
  sessionPath,
  socketPath,
  StaysDown,
  Welcome,
} from "../../app/contract/browser-session.ts";
import type { ApiError } from "../../app/contract/api-error.ts";
import {
  requests,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from "../../app/contract/contract.ts";
import { CoreMessage } from "../../app/contract/envelope.ts";
import type * as z from "zod";
import type { Topic } from "../../app/contract/subscriptions.ts";

// For tests: a browser tab without a browser.

export interface Tab {
  readonly welcome: Welcome;
  /** What it was told of an engine that stays down, once it was. */
  readonly told: readonly StaysDown[];
  request<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ): Promise<RequestOutput<Name>>;
  /** The error that the request is answered with. */
  refused<Name extends RequestName>(name: Name, input: RequestInput<Name>): Promise<ApiError>;
  /** Snapshots and deltas from now on, acknowledged as they come. */
  watch(topic: z.input<typeof Topic>): CoreMessage[];
  sendRaw(data: string | Buffer): void;
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  close(): void;
}

/** The session key for the token in a printed address. */
export async function exchangeToken(address: string): Promise<string> {
  const { origin, hash } = new URL(address);
  const token = new URLSearchParams(hash.slice(1)).get("token");
  const answer = await fetch(new URL(sessionPath, origin), {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ token }),
  });
  if (!answer.ok) throw new Error(`The token was refused: ${answer.status} ${await answer.text()}`);
  return SessionGrant.parse(await answer.json()).key;
}

/** Resolves after the welcome; rejects with the code when the server hangs up before. */
export async function openTab(origin: string, key: string): Promise<Tab> {
  const socket = new WebSocket(new URL(socketPath, origin.replace("http", "ws")), { origin });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  const waiting = new Map<number, (message: CoreMessage) => void>();
  const welcomed = Promise.withResolvers<Welcome>();
  const told: StaysDown[] = [];
  let isWelcome = false;
  let lastId = 0;
  socket.on("error", (error) => welcomed.reject(error));
  void closed.then((code) => welcomed.reject(new Error(`closed with ${code}`)));
  socket.on("open", () => socket.send(JSON.stringify({ kind: "hello", key })));
  socket.on("message", (data: Buffer) => {
    const value: unknown = JSON.parse(data.toString("utf8"));
    const staysDown = StaysDown.safeParse(value);
    if (staysDown.success) {
      told.push(staysDown.data);
      return;
    }
    if (!isWelcome) {
      isWelcome = true;
      welcomed.resolve(Welcome.parse(value));
      return;
    }
    const message = CoreMessage.parse(value);
    waiting.get(message.id)?.(message);
  });
  const welcome = await welcomed.promise;
  const send = (message: object): void => socket.send(JSON.stringify(message));

  const ask = (name: RequestName, input: unknown): Promise<CoreMessage> => {
    const id = (lastId += 1);
    const answered = Promise.withResolvers<CoreMessage>();
    waiting.set(id, (message) => {
      waiting.delete(id);
      answered.resolve(message);
    });
    void closed.then((code) => answered.reject(new Error(`closed with ${code}`)));
    send({ kind: "request", id, name, input });
    return answered.promise;
  };
  return {
    welcome,
    told,
    socket,
    closed,
    close: () => socket.close(),
    sendRaw: (data) => socket.send(data),
    async request(name, input) {
      const answer = await ask(name, input);
      if (answer.kind !== "answer" || !answer.ok) {
        throw new Error(`${name} was refused: ${JSON.stringify(answer)}`);
      }
      // The schema is the one of this name.
      return requests[name].output.parse(answer.value) as RequestOutput<typeof name>;
    },
    async refused(name, input) {
      const answer = await ask(name, input);
      if (answer.kind === "answer" && !answer.ok) return answer.error;
      throw new Error(`${name} was answered: ${JSON.stringify(answer)}`);
    },
    watch(topic) {
      const id = (lastId += 1);
      const messages: CoreMessage[] = [];
      waiting.set(id, (message) => {
        messages.push(message);
        const rev = message.kind === "snapshot" ? message.rev : null;
        const acked = message.kind === "delta" ? message.toRev : rev;
        if (acked !== null) send({ kind: "ack", id, rev: acked });
      });
      send({ kind: "subscribe", id, topic });
      return messages;
    },
  };
}

/** Asks again and again, at most for a while, until there is an answer other than null. */
export async function eventually<T>(
  what: string,
  ask: () => T | null | Promise<T | null>,
): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`It did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
