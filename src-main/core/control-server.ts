import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { userInfo } from "node:os";
import { EngineError } from "../../app/engine/engine-error.ts";
import { controlErrorOf } from "./control-error.ts";
import { ControlRequest, type ControlReply } from "./control-message.ts";
import type { Core } from "./core.ts";
import { followRun } from "./follow-run.ts";
import { readJsonLines, writeJsonLine } from "./json-lines.ts";
import { performRequest } from "./perform-request.ts";
import type { RunUpdate } from "./run-update.ts";

export interface ControlServerOptions {
  /** See control-address.ts. */
  readonly address: string;
  readonly owner: { readonly kind: string; readonly pid: number; readonly since: string };
  /** Requests wait for it: they run when recovery has ended, or are refused with the reason. */
  readonly core: Promise<Core>;
}

export interface ControlServer {
  /** How many clients follow a run now. */
  readonly followers: number;
  /** Takes no more requests; those that were taken go on. */
  stopAccepting(): void;
  /** Waits up to `graceMs` for the last answers, then hangs up. */
  close(options: { readonly graceMs: number }): Promise<void>;
}

/** Lets other processes of this user act through the owner of a data folder. Call it while holding the lock. */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { address } = options;
  // What lies there was left by a dead owner: this process holds the folder's lock.
  if (process.platform !== "win32") rmSync(address, { force: true });
  const sockets = new Map<Socket, Promise<void>>();
  const state: ServerState = { followers: 0, isClosing: false, closed: new AbortController() };
  const server = createServer((socket) => {
    const served = serve(socket, options, state).finally(() => sockets.delete(socket));
    sockets.set(socket, served);
  });
  await listen(server, address);
  if (process.platform !== "win32") chmodSync(address, 0o600);
  // Whoever asks does not keep the owner alive: the owner decides that itself.
  server.unref();

  const stopAccepting = (): void => {
    if (state.isClosing) return;
    state.isClosing = true;
    server.close();
  };
  return {
    get followers() {
      return state.followers;
    },
    stopAccepting,
    async close({ graceMs }) {
      stopAccepting();
      state.closed.abort();
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, graceMs);
      await Promise.race([Promise.all(sockets.values()), grace.promise]);
      clearTimeout(timer);
      for (const socket of sockets.keys()) socket.destroy();
    },
  };
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

interface ServerState {
  followers: number;
  isClosing: boolean;
  /** Aborted when the engine has stopped: nothing more will happen that could be followed. */
  readonly closed: AbortController;
}

async function serve(
  socket: Socket,
  options: ControlServerOptions,
  state: ServerState,
): Promise<void> {
  const send = (reply: ControlReply): Promise<void> => writeJsonLine(socket, reply);
  const gone = new AbortController();
  // The error itself is of no interest: the client is gone, its run goes on.
  socket.on("error", () => gone.abort());
  socket.on("close", () => gone.abort());
  try {
    await send({ reply: "owner", ...options.owner });
    const request = await readRequest(socket);
    if (request === null) return;
    const core = await options.core;
    if (state.isClosing) throw closing(options);
    state.followers += 1;
    try {
      const isBusy = (): boolean => socket.writableNeedDrain;
      await perform({ core, request, send, isBusy, gone: gone.signal, state });
    } finally {
      state.followers -= 1;
    }
  } catch (error) {
    await send({ reply: "error", error: controlErrorOf(error) }).catch(() => socket.destroy());
  } finally {
    socket.end();
  }
}

async function readRequest(socket: Socket): Promise<ControlRequest | null> {
  const { value, done } = await readJsonLines(socket).next();
  if (done === true) return null;
  const parsed = ControlRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new EngineError("BAD_REQUEST", "The request is not one that this version understands.", {
    issues: parsed.error.issues.map(({ message, path }) => `${path.join("/")}: ${message}`),
  });
}

interface Performance {
  readonly core: Core;
  readonly request: ControlRequest;
  readonly send: (reply: ControlReply) => Promise<void>;
  /** The client has not read all yet. */
  readonly isBusy: () => boolean;
  readonly gone: AbortSignal;
  readonly state: ServerState;
}

async function perform({ core, request, send, isBusy, gone, state }: Performance): Promise<void> {
  const actor = { kind: "human", id: userInfo().username, via: "cli" } as const;
  const { runId, jobId, created, lastSeq } = await performRequest(core, request.request, actor);
  await send({ reply: "accepted", runId, jobId, created });
  if (!request.follow) return;
  core.startEngine();
  const followed = await followRun({
    engine: core.engine,
    storage: core.storage,
    runId,
    after: lastSeq,
    gone: AbortSignal.any([gone, state.closed.signal]),
    // What may be lost does not queue up for a slow reader.
    onUpdate: (update: RunUpdate) =>
      update.type === "event" || !isBusy() ? send({ reply: "update", update }) : undefined,
  });
  // Stopped with the owner: interrupted, and to be resumed.
  const last = followed ?? (await core.storage.getRun(runId))?.status;
  if (last !== undefined) await send({ reply: "done", state: last });
}

function closing({ owner }: ControlServerOptions): EngineError {
  return new EngineError("UNAVAILABLE", `${owner.kind} (pid ${owner.pid}) is closing.`, {
    isClosing: true,
  });
}
