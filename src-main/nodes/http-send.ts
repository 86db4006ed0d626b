import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { HostAddress } from "./checked-address.ts";
import type { HttpHop } from "./http-redirect.ts";

// Imported, they would load all that Node has for `fetch`, which nobody uses: 0.1 s of each start.
const { Agent: HttpAgent, request: requestHttp } = process.getBuiltinModule("node:http");
const { Agent: HttpsAgent, request: requestHttps } = process.getBuiltinModule("node:https");

/** Silence for this long ends a request: the other side is gone without a word. */
const idleTimeoutMs = 300_000;

/**
 * Sends one request over a connection of its own, to one of `addresses` only, past any proxy of the
 * environment. Resolves with the head of the answer; an error before anything was sent is marked
 * `effectNotStarted` when `isFirst`.
 */
export function sendRequest(options: {
  readonly hop: HttpHop;
  readonly addresses: readonly HostAddress[];
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
}): Promise<IncomingMessage> {
  const { hop, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const isSecure = hop.url.protocol === "https:";
  // No keep-alive, so that nothing stays open behind the node.
  const agent = isSecure
    ? new HttpsAgent({ keepAlive: false })
    : new HttpAgent({ keepAlive: false });
  const request = (isSecure ? requestHttps : requestHttp)({
    agent,
    method: hop.method,
    hostname: hop.url.hostname.replace(/^\[|\]$/g, ""),
    port: hop.url.port,
    path: `${hop.url.pathname}${hop.url.search}`,
    headers: hop.headers,
    lookup: lookupIn(options.addresses),
    signal,
    timeout: idleTimeoutMs,
  });

  let isConnected = false;
  request.on("socket", (socket) => {
    socket.once(isSecure ? "secureConnect" : "connect", () => (isConnected = true));
  });
  request.on("timeout", () => request.destroy(new Error("nothing was heard for 5 minutes")));
  request.on("response", resolve);
  request.on("error", (cause) => {
    const effectNotStarted = options.isFirst && !isConnected;
    reject(
      signal.aborted ? signal.reason : connectionError({ url: hop.url, effectNotStarted, cause }),
    );
  });
  request.end(hop.body ?? undefined);
  return promise;
}

/** Reads at most `maxBytes`; more is an error, not a part. */
export async function readBody(
  response: IncomingMessage,
  options: { readonly url: URL; readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      // Without setEncoding a response yields buffers.
      const buffer = chunk as Buffer;
      bytes += buffer.length;
      if (bytes > options.maxBytes) break;
      chunks.push(buffer);
    }
  } catch (cause) {
    options.signal.throwIfAborted();
    throw connectionError({ url: options.url, effectNotStarted: false, cause });
  }
  if (bytes > options.maxBytes) {
    throw new HandlerError(
      "HTTP_BODY_TOO_LARGE",
      `${options.url.origin} answered with more than ${options.maxBytes} bytes. Raise maxBytes or ask for less.`,
      { retryable: false },
    );
  }
  return Buffer.concat(chunks);
}

function lookupIn(addresses: readonly HostAddress[]): LookupFunction {
  return (_hostname, { all }, answer) => {
    const [first] = addresses;
    if (first === undefined) answer(new Error("The name has no address."), "", 4);
    else if (all === true) answer(null, [...addresses]);
    else answer(null, first.address, first.family);
  };
}

function connectionError(options: {
  readonly url: URL;
  readonly effectNotStarted: boolean;
  readonly cause: unknown;
}): HandlerError {
  const { url, cause } = options;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  const what = options.effectNotStarted ? "could not be reached" : "broke off";
  return new HandlerError("HTTP_CONNECTION", `The connection to ${url.origin} ${what}${code}.`, {
    effectNotStarted: options.effectNotStarted,
    cause,
  });
}
