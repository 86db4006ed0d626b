import type { IncomingMessage, ServerResponse } from "node:http";
import { dataCopyPath, sessionPath, TokenExchange } from "../../app/contract/browser-session.ts";
import type { OneTimeTokens } from "./one-time-token.ts";
import { sendDataCopy } from "./data-copy.ts";
import { refuseOrigin } from "./request-origin.ts";
import { screenFile, type Theme } from "./screen-files.ts";
import { securityHeaders } from "./security-headers.ts";
import type { SessionKeys } from "./session-keys.ts";

export interface Routes {
  readonly port: () => number;
  readonly tokens: OneTimeTokens;
  readonly sessions: SessionKeys;
  readonly screens: string;
  readonly theme: () => Theme;
  /** Refused for a reason that a person may want to know. */
  readonly onRefusal: (message: string) => void;
  /** Hangs up on the sockets of a key that was revoked. */
  readonly onRevoked: (key: string) => void;
  /** The folder whose data can be copied; null while an engine uses it. */
  readonly copied: () => string | null;
}

const longestBody = 4_096;

/** Answers everything that is not a WebSocket: the screens, and the exchange of a token for a key. */
export async function answerHttp(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  const path = url.split(/[?#]/, 1)[0] ?? "/";
  const isRead = method === "GET" || method === "HEAD";
  const refusal = refuseOrigin(request, { port: routes.port(), needsOrigin: !isRead });
  if (refusal !== null) {
    routes.onRefusal(`${method} was refused with ${refusal.status}: ${refusal.message}`);
    return answerJson(response, refusal.status, { message: refusal.message });
  }
  if (path === sessionPath) return answerSession(routes, request, response);
  if (!isRead) return answerJson(response, 405, { message: "This can only be read." });
  if (path === dataCopyPath) return answerDataCopy(routes, request, response);
  const file = screenFile(path, routes.screens, routes.theme());
  response.writeHead(file.status, {
    ...securityHeaders,
    "content-type": file.type,
    "content-length": file.body.length,
    "cache-control": file.isImmutable ? "private, max-age=31536000, immutable" : "no-store",
  });
  response.end(method === "HEAD" ? undefined : file.body);
}

async function answerSession(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "DELETE") return revoke(routes, request, response);
  if (request.method !== "POST") return answerJson(response, 405, { message: "Post a token." });
  const exchange = TokenExchange.safeParse(await readJson(request));
  if (!exchange.success) return answerJson(response, 400, { message: "Post a token as JSON." });
  const verdict = routes.tokens.redeem(exchange.data.token);
  if (verdict === "good") return answerJson(response, 200, routes.sessions.grant());
  const message = `The address was ${verdict === "expired" ? "printed too long ago" : "used already, or is wrong"}. Press Enter where Handshake runs: it prints a new one.`;
  routes.onRefusal(`A token was refused: ${verdict}.`);
  return answerJson(response, 401, { message });
}

async function revoke(
  { sessions, onRevoked }: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const key = bearerOf(request);
  if (key === null || !sessions.revoke(key)) {
    return answerJson(response, 401, { message: "There is no such session." });
  }
  onRevoked(key);
  return answerJson(response, 200, { message: "The session has ended." });
}

async function answerDataCopy(
  { sessions, copied }: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const key = bearerOf(request);
  if (key === null || sessions.validUntil(key) === null) {
    return answerJson(response, 401, { message: "There is no such session." });
  }
  const folder = copied();
  if (folder === null) {
    const message = "The engine uses the data now. Make a backup in Settings › Data instead.";
    return answerJson(response, 409, { message });
  }
  return sendDataCopy(folder, request, response);
}

function bearerOf(request: IncomingMessage): string | null {
  return /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

/** Null where it is none, or too long. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > longestBody) return null;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    return null;
  }
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...securityHeaders,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    // What is left of a body that was not read must not be taken for the next request.
    ...(status === 200 ? {} : { connection: "close" }),
  });
  response.end(text);
}
