import { connect, type Socket } from "node:net";
import { RemoteError } from "./control-error.ts";
import { controlAddress } from "./control-address.ts";
import { controlProtocol, ControlReply, type ControlRequest } from "./control-message.ts";
import type { CoreRequest } from "./core-request.ts";
import { LineTooLong, readJsonLines, writeJsonLine } from "./json-lines.ts";

export interface OwnerIdentity {
  readonly kind: string;
  readonly pid: number;
  readonly since: string;
}

/** A connection to the process that owns a data folder; carries one request. */
export interface ControlClient {
  readonly owner: OwnerIdentity;
  /** Sends the request; yields `accepted`, then with `follow` `update`s and `done`. Throws `RemoteError`. */
  send(request: CoreRequest, options: { readonly follow: boolean }): AsyncGenerator<Answer, void>;
  close(): void;
}

export type Answer = Extract<ControlReply, { reply: "accepted" | "update" | "done" }>;

/** How long the owner may take to say who it is. */
const greetingMs = 5_000;

/** Null where nobody listens: the owner has just ended, or does not take requests (yet). */
export async function connectToOwner(dataFolder: string): Promise<ControlClient | null> {
  const socket = await open(controlAddress(dataFolder));
  if (socket === null) return null;
  socket.setTimeout(greetingMs, () => socket.destroy());
  const replies = readReplies(socket);
  const greeting = await replies.next().catch(() => null);
  socket.setTimeout(0);
  if (greeting === null || greeting.done === true || greeting.value.reply !== "owner") {
    socket.destroy();
    return null;
  }
  const { kind, pid, since } = greeting.value;
  return {
    owner: { kind, pid, since },
    async *send(request, { follow }) {
      await sendRequest(socket, { protocol: controlProtocol, request, follow }, kind);
      for await (const reply of replies) {
        if (reply.reply === "error") throw new RemoteError(reply.error);
        if (reply.reply !== "owner") yield reply;
      }
    },
    close: () => socket.destroy(),
  };
}

async function sendRequest(socket: Socket, request: ControlRequest, owner: string): Promise<void> {
  try {
    await writeJsonLine(socket, request);
  } catch (error) {
    if (!(error instanceof LineTooLong)) throw error;
    throw new RemoteError({
      code: "TOO_LARGE",
      message: `The request is above 1 MB, and \`${owner}\`, which owns the data folder, takes no more. Try again when it has ended, or pass large data in a file.`,
      details: null,
    });
  }
}

function open(address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => resolve(socket));
    // ENOENT, ECONNREFUSED: nobody is there. A later error ends the reading of replies.
    socket.on("error", () => resolve(null));
  });
}

async function* readReplies(socket: Socket): AsyncGenerator<ControlReply, void> {
  for await (const line of readJsonLines(socket)) yield ControlReply.parse(line);
}
