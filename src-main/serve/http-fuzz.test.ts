import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { sessionPath, TokenExchange } from "../../app/contract/browser-session.ts";
import { fuzzLimitMs, fuzzPlan, mostGrownMb } from "../core/fuzz-plan.fixture.ts";
import { fuzzedValue, type Random } from "../core/message-fuzzer.fixture.ts";
import { answerHttp } from "./http-routes.ts";

const clientsAtOnce = 8;
/** What the server would listen on. */
const port = 4_711;
const secret = "outside-of-the-screens";
let folder: string | null = null;
afterEach(() => {
  if (folder !== null) rmSync(folder, { recursive: true });
});

test(
  "[S10] [P4] fuzzed requests at the HTTP routes: none crashes, none is taken unvalidated, nothing leaks",
  async () => {
    const plan = fuzzPlan("HTTP routes");
    folder = mkdtempSync(join(tmpdir(), "handshake-http-fuzz-"));
    const unvalidated: unknown[] = [];
    const crashes: unknown[] = [];
    let reached = 0;
    const http = serverOf({
      screens: screensIn(folder),
      theme: () => "dark",
      tokens: {
        issue: () => "",
        redeem(token) {
          reached += 1;
          if (!TokenExchange.safeParse({ token }).success) unvalidated.push(token);
          return "wrong";
        },
      },
      sessions: {
        grant: () => ({ key: "", expiresAt: "" }),
        validUntil: () => null,
        revoke(key) {
          reached += 1;
          if (!/^[\w-]{1,200}$/.test(key)) unvalidated.push(key);
          return false;
        },
      },
      onRefusal: () => undefined,
      copied: () => null,
      onRevoked: (key) => unvalidated.push(key),
      onCrash: (error) => crashes.push(error),
    });

    const statuses = new Map<number, number>();
    const leaks: string[] = [];
    let sent = 0;
    const lane = async (): Promise<void> => {
      while (sent < plan.messages) {
        plan.at(sent);
        sent += 1;
        const answer = await say(http, httpRequest(plan.random));
        if (answer.includes(secret)) leaks.push(answer);
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: clientsAtOnce }, lane));

    expect({ seed: plan.seed, unvalidated, crashes, leaks }).toEqual({
      seed: plan.seed,
      unvalidated: [],
      crashes: [],
      leaks: [],
    });
    const foreign = [...statuses.keys()].filter((status) => !expectedStatuses.has(status));
    expect(foreign).toEqual([]);
    // The fuzzer is worth something: every answer that there is came up, and tokens were tried.
    const least = [200, 400, 401, 403, 404, 405, 421].map((status) => statuses.get(status) ?? 0);
    expect(Math.min(...least, reached), JSON.stringify([...statuses])).toBeGreaterThan(20);
    expect(plan.grownMb()).toBeLessThan(mostGrownMb);
  },
  fuzzLimitMs(),
);

/** 0: hung up on without a word. 408 and 431 are Node's own. */
const expectedStatuses: ReadonlySet<number> = new Set([
  0, 100, 200, 400, 401, 403, 404, 405, 408, 413, 417, 421, 431, 501,
]);

function screensIn(root: string): string {
  const screens = join(root, "screens");
  mkdirSync(join(screens, "assets"), { recursive: true });
  writeFileSync(join(root, "outside.txt"), secret);
  writeFileSync(join(screens, "index.html"), "<!doctype html><html lang=en><title>x</title>");
  writeFileSync(join(screens, "assets", "main-1a2b3c.js"), "export {};");
  symlinkSync(join(root, "outside.txt"), join(screens, "link.txt"));
  return screens;
}

function serverOf(
  routes: Omit<Parameters<typeof answerHttp>[0], "port"> & { onCrash(error: unknown): void },
): Server {
  return createServer((request, response) => {
    answerHttp({ ...routes, port: () => port }, request, response).catch((error: unknown) => {
      routes.onCrash(error);
      response.destroy();
    });
  });
}

/** Sends the bytes as they are and hangs up on its own side; resolves to everything that was answered. */
function say(http: Server, bytes: string): Promise<string> {
  // A connection without a network in between: a real one costs more than everything behind it.
  const [near, far] = duplexPair();
  return new Promise((resolve) => {
    let text = "";
    near.setEncoding("latin1");
    near.on("data", (chunk: string) => (text += chunk));
    near.on("error", () => undefined);
    near.on("close", () => resolve(text));
    near.on("end", () => near.destroy());
    far.on("error", () => near.destroy());
    far.on("close", () => near.destroy());
    http.emit("connection", far);
    near.end(bytes, "latin1");
  });
}

function httpRequest(random: Random): string {
  const ours = `127.0.0.1:${port}`;
  const host = often(random, ours, [
    `localhost:${port}`,
    "evil.example",
    "127.0.0.1:1",
    "",
    `${ours}\r\nhost: ${ours}`,
  ]);
  const origin = often(random, `http://${ours}`, [
    null,
    "null",
    "https://evil.example",
    `http://${ours}.evil.example`,
  ]);
  const method = random.pick([
    "GET",
    "GET",
    "HEAD",
    "POST",
    "POST",
    "DELETE",
    "PUT",
    "OPTIONS",
    "TRACE",
    "get",
    "\u0000",
  ]);
  const body = bodyOf(random);
  const length = often(random, `${Buffer.byteLength(body, "latin1")}`, [
    "0",
    "-1",
    "999999999999",
    "1e3",
    "x",
  ]);
  const headers = [
    `host: ${host}`,
    ...(origin === null ? [] : [`origin: ${origin}`]),
    ...(method === "GET" ? [] : [`content-length: ${length}`]),
    ...(random.below(3) === 0 ? [`authorization: ${authorization(random)}`] : []),
    ...(random.below(10) === 0 ? [random.pick(oddHeaders)] : []),
  ];
  const text = `${method} ${pathOf(random)} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
  if (random.below(12) > 0) return text;
  const at = random.below(text.length);
  return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
}

function often<T>(random: Random, usual: T, others: readonly [T, ...T[]]): T {
  return random.below(4) > 0 ? usual : random.pick(others);
}

function pathOf(random: Random): string {
  if (random.below(3) === 0) return sessionPath;
  const parts = Array.from({ length: 1 + random.below(5) }, () => random.pick(pathParts));
  return random.below(20) === 0
    ? parts.join("")
    : `/${parts.join(random.pick(["/", "%2f", "\\"]))}`;
}

const pathParts = [
  "..", "%2e%2e", ".", "outside.txt", "link.txt", "assets", "main-1a2b3c.js", "index.html", "%00",
  "%zz", "screens", "runs", "?q=..", "#", "%5c", "c:", "~", "\u00ff", "a".repeat(300), "%c0%ae", "", "*",
] as const; // prettier-ignore

const oddHeaders = [
  "transfer-encoding: chunked", "expect: 100-continue", "upgrade: websocket\r\nconnection: upgrade",
  "content-type: text/plain", `x: ${"y".repeat(20_000)}`, "connection: close, keep-alive", "bad header",
] as const; // prettier-ignore

function authorization(random: Random): string {
  return random.pick([
    "Bearer ",
    "bearer x",
    "Basic eA==",
    `Bearer ${"k".repeat(43)}`,
    "Bearer a b",
    `Bearer ${"k".repeat(201)}`,
  ]);
}

function bodyOf(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return "";
    case 1:
    case 2:
      return JSON.stringify({
        token: random.pick(["x".repeat(43), "", "x".repeat(201), "\u0000"]),
      });
    case 3:
      return JSON.stringify({ token: fuzzedValue(random, 1) });
    case 4:
      return JSON.stringify(fuzzedValue(random, 2));
    default:
      return "[".repeat(random.below(6_000));
  }
}
