import type { ApiError } from "../../app/contract/api-error.ts";
import { isRequestName } from "../../app/contract/contract.ts";
import { ClientMessage } from "../../app/contract/envelope.ts";
import { limits } from "../../app/contract/limits.ts";
import type { Actor } from "../../app/model/actor.ts";
import { answerRequest, unknownRequest } from "./answer-request.ts";
import { apiError, apiErrorOf } from "./api-error-of.ts";
import type { Handlers } from "./handlers/handler.ts";
import type { Live, LiveClient } from "./live/subscriptions.ts";

export interface DispatchParts {
  readonly handlers: Handlers;
  readonly live: Live;
  /** Hears of every error that was not expected. */
  readonly onUnknownError: (error: unknown) => void;
}

/** Answers the messages of clients, whatever carries them. Nothing is ever thrown at a client. */
export interface Dispatch {
  connect(client: ClientPort): ClientConnection;
}

export interface ClientPort {
  readonly actor: Actor;
  /** JSON in UTF-8; the buffer is the receiver's. */
  readonly send: (message: Uint8Array) => void;
}

export interface ClientConnection {
  /** JSON in UTF-8. False: it is no message of this contract, the client should be hung up on. */
  receive(message: Uint8Array): boolean;
  /** Takes back what is open and forgets the client. */
  close(): void;
  readonly inFlight: number;
  readonly live: LiveClient;
}

export function createDispatch({ handlers, live, onUnknownError }: DispatchParts): Dispatch {
  return {
    connect({ actor, send }) {
      const open = new Map<number, AbortController>();
      const watching = live.connect(send);
      let isClosed = false;

      const answer = (message: object): void => {
        if (!isClosed) send(Buffer.from(JSON.stringify(message)));
      };
      const refuse = (id: number, error: ApiError): void =>
        answer({ kind: "answer", id, ok: false, error });

      async function perform(id: number, name: string, input: unknown): Promise<void> {
        if (!isRequestName(name)) return refuse(id, unknownRequest(name));
        if (open.size >= limits.requestsInFlight) {
          return refuse(id, apiError("BUSY", "Too many requests at once. Ask again in a moment."));
        }
        const controller = new AbortController();
        open.set(id, controller);
        try {
          const context = { actor, signal: controller.signal };
          const value = await answerRequest(handlers, { name, input }, context);
          const text = JSON.stringify({ kind: "answer", id, ok: true, value });
          if (text.length > limits.coreMessageBytes) {
            throw new Error(`The answer of ${name} is ${text.length} characters long.`);
          }
          if (!isClosed) send(Buffer.from(text));
        } catch (error) {
          refuse(id, apiErrorOf(error, onUnknownError));
        } finally {
          open.delete(id);
        }
      }

      return {
        live: watching,
        get inFlight() {
          return open.size;
        },
        receive(bytes) {
          const message = parseMessage(bytes);
          if (message === null || isClosed) return false;
          switch (message.kind) {
            case "request":
              // Two open requests of one id could not be told apart.
              if (open.has(message.id)) return false;
              void perform(message.id, message.name, message.input);
              return true;
            case "cancel":
              open.get(message.id)?.abort();
              return true;
            case "subscribe":
              watching.subscribe(message.id, message.topic);
              return true;
            case "unsubscribe":
              watching.unsubscribe(message.id);
              return true;
            case "ack":
              watching.acknowledge(message.id, message.rev);
              return true;
            case "visibility":
              watching.setHidden(message.hidden);
              return true;
          }
        },
        close() {
          isClosed = true;
          for (const controller of open.values()) controller.abort();
          watching.close();
        },
      };
    },
  };
}

function parseMessage(bytes: Uint8Array): ClientMessage | null {
  if (bytes.length > limits.clientMessageBytes) return null;
  try {
    const parsed = ClientMessage.safeParse(JSON.parse(new TextDecoder("utf-8").decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    // No JSON, or nested so deeply that it cannot be looked at.
    return null;
  }
}
