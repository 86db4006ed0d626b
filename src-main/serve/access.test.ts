import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { dataCopyPath, sessionPath, socketPath } from "../../app/contract/browser-session.ts";
import { requests } from "../../app/contract/contract.ts";
import { fuzzedMessage, seededRandom } from "../core/message-fuzzer.fixture.ts";
import { serveBed, type ServedBed } from "./served.fixture.ts";
import { exchangeToken, openTab } from "./tab.fixture.ts";

let bed: ServedBed;
let now: number;
beforeEach(async () => {
  now = Date.now();
  bed = await serveBed({ now: () => now });
});
afterEach(() => bed.close());

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** As no browser would ask: the path goes out as it is, and so do the headers. */
function raw(
  path: string,
  options: { readonly method?: string; readonly headers?: object; readonly body?: string } = {},
): Promise<Raw> {
  const { method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      { host: "127.0.0.1", port: bed.served.port, path, method, headers: { ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

const exchange = (token: unknown, headers: object = {}) =>
  raw(sessionPath, {
    method: "POST",
    headers: { origin: bed.origin, "content-type": "application/json", ...headers },
    body: JSON.stringify({ token }),
  });
const tokenIn = (address: string): string =>
  new URLSearchParams(new URL(address).hash.slice(1)).get("token") ?? "";

/** What happens to a WebSocket: its close code, or the status that refused it. */
function dial(options: {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly first?: string | Buffer;
}): Promise<string> {
  const { path = socketPath, headers = { origin: bed.origin }, first } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${bed.served.port}${path}`, { headers });
  return new Promise((resolve) => {
    socket.on("open", () => {
      if (first !== undefined) socket.send(first);
    });
    socket.on("message", () => {
      resolve("welcome");
      socket.close();
    });
    socket.on("unexpected-response", (_, answer) => resolve(`refused ${answer.statusCode}`));
    socket.on("close", (code) => resolve(`closed ${code}`));
    socket.on("error", () => undefined);
  });
}

describe("the one-time token", () => {
  test("opens once; used, wrong and expired ones are refused", async () => {
    const token = tokenIn(bed.served.newAddress());
    expect((await exchange(token)).status).toBe(200);
    expect((await exchange(token)).status).toBe(401);
    expect((await exchange("x".repeat(43))).status).toBe(401);
    const late = tokenIn(bed.served.newAddress());
    now += 60 * 60_000 + 1;
    const answer = await exchange(late);
    expect([answer.status, answer.body]).toEqual([401, expect.stringContaining("too long ago")]);
    expect((await exchange(7)).status).toBe(400);
    expect(
      (await raw(sessionPath, { method: "POST", headers: { origin: bed.origin }, body: "{" }))
        .status,
    ).toBe(400);
    const long = { method: "POST", headers: { origin: bed.origin }, body: "x".repeat(100_000) };
    expect((await raw(sessionPath, long)).status).toBe(400);
    expect((await raw(sessionPath)).status).toBe(405);
  });

  test("stands in the fragment, so that no server and no log sees it", async () => {
    const address = new URL(bed.served.newAddress());
    expect([address.origin, address.pathname, address.search]).toEqual([bed.origin, "/", ""]);
    await exchange("a-wrong-token-of-somebody");
    const log = readFileSync(join(bed.data, "logs", "handshake.log"), "utf8");
    expect(log).toContain("A token was refused: wrong.");
    expect(log).not.toContain("a-wrong-token-of-somebody");
  });
});

describe("the session key", () => {
  test("is stored as a hash in a file that only its owner reads, and ends after twelve hours", async () => {
    const key = await exchangeToken(bed.served.newAddress());
    const file = join(bed.data, "browser-sessions.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain(key);
    const hello = JSON.stringify({ kind: "hello", key });
    expect(await dial({ first: hello })).toBe("welcome");
    now += 12 * 60 * 60_000 + 1;
    expect(await dial({ first: hello })).toBe("closed 4401");
  });

  test("is revoked: its tabs are hung up on and it opens nothing more", async () => {
    const key = await exchangeToken(bed.served.newAddress());
    const tab = await openTab(bed.origin, key);
    const headers = { origin: bed.origin, authorization: `Bearer ${key}` };
    expect((await raw(sessionPath, { method: "DELETE", headers })).status).toBe(200);
    expect(await tab.closed).toBe(4401);
    expect(await dial({ first: JSON.stringify({ kind: "hello", key }) })).toBe("closed 4401");
    expect((await raw(sessionPath, { method: "DELETE", headers })).status).toBe(401);
  });

  test("must be the first thing that a socket says", async () => {
    expect(await dial({ first: JSON.stringify({ kind: "hello", key: "x" }) })).toBe("closed 4401");
    expect(
      await dial({
        first: JSON.stringify({ kind: "request", id: 1, name: "runs.counters", input: {} }),
      }),
    ).toBe("closed 4401");
    expect(await dial({ first: "{" })).toBe("closed 4401");
    expect(await dial({ first: Buffer.from([1, 2, 3]) })).toBe("closed 4400");
  });
});

describe("[P1] other hosts and other pages", () => {
  test("a foreign Host is answered 421, a foreign Origin 403, whatever is asked", async () => {
    const foreign = { host: `handshake.example:${bed.served.port}` };
    expect((await raw("/", { headers: foreign })).status).toBe(421);
    expect((await raw("/", { headers: { host: "127.0.0.1:1" } })).status).toBe(421);
    expect((await exchange("x", foreign)).status).toBe(421);
    expect((await exchange("x", { origin: "https://evil.example" })).status).toBe(403);
    expect((await exchange("x", { origin: "null" })).status).toBe(403);
    expect((await raw(sessionPath, { method: "POST", body: "{}" })).status).toBe(403);
    expect((await raw("/", { headers: { origin: "https://evil.example" } })).status).toBe(403);
    expect(await dial({ headers: { origin: "https://evil.example" } })).toBe("refused 403");
    expect(await dial({ headers: {} })).toBe("refused 403");
    expect(await dial({ headers: { origin: bed.origin, host: "evil.example" } })).toBe(
      "refused 421",
    );
    expect(await dial({ path: "/elsewhere" })).toBe("refused 404");
  });

  test("it listens on loopback only", async () => {
    const probe = createServer();
    // Taken on 127.0.0.1 only: another loopback address is still free.
    await new Promise<void>((resolve) =>
      probe.listen({ host: "127.0.0.2", port: bed.served.port }, resolve),
    );
    expect((probe.address() as AddressInfo).port).toBe(bed.served.port);
    await new Promise((resolve) => probe.close(resolve));
  });
});

describe("the screens' files", () => {
  test("[P4] nothing outside the folder is served, however the path is written", async () => {
    symlinkSync(join(bed.folder, "outside.txt"), join(bed.screens, "link.txt"));
    writeFileSync(join(bed.screens, ".hidden.txt"), "hidden");
    const paths = [
      "/../outside.txt",
      "/assets/../../outside.txt",
      "/%2e%2e/outside.txt",
      "/..%2foutside.txt",
      "/%2e%2e%2foutside.txt",
      "/..%5coutside.txt",
      "/assets/%00.txt",
      "//etc/passwd",
      "/%2fetc%2fpasswd.txt",
      "/c:%5cwindows.txt",
      "/link.txt",
      "/.hidden.txt",
      "/%zz.txt",
      "/assets",
    ];
    const bodies = await Promise.all(paths.map((path) => raw(path)));
    for (const { body, status } of bodies) {
      expect(body).not.toMatch(/outside|hidden|root:/);
      expect([200, 404]).toContain(status);
    }
    expect((await raw("/missing.js")).status).toBe(404);
    expect((await raw("/assets/main-1a2b3c.js")).body).toBe("export {};");
  });

  test("a place in the app is answered with the page, and every answer has the security headers", async () => {
    const answers = await Promise.all(
      ["/", "/runs?q=x", "/run/1/2", "/missing.js"].map((path) => raw(path)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
    for (const { headers } of answers) {
      expect(headers["content-security-policy"]).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      );
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      });
    }
    expect((await raw("/", { method: "PUT", headers: { origin: bed.origin } })).status).toBe(405);
    expect((await raw("/", { method: "HEAD" })).body).toBe("");
  });
});

test("[S10] fuzzed messages over the socket: hung up on, never crashed", async () => {
  const seed = Number(process.env["HANDSHAKE_FUZZ_SEED"] ?? Date.now() % 1_000_000);
  const random = seededRandom(seed);
  const key = await exchangeToken(bed.served.newAddress());
  const names = Object.keys(requests).filter(isHarmless) as [string, ...string[]];
  let tab = await openTab(bed.origin, key);
  let hungUp = 0;
  for (let sent = 0; sent < 3_000; sent++) {
    if (tab.socket.readyState !== WebSocket.OPEN) {
      hungUp += 1;
      tab = await openTab(bed.origin, key);
    }
    tab.sendRaw(Buffer.from(fuzzedMessage(random, names)).toString("latin1"));
    // Time to be hung up on, so that what follows is not lost with it.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const last = await openTab(bed.origin, key);
  const { engine } = await last.request("engine.state", {});
  expect({ seed, state: engine.state, restarts: bed.coreThreads.length }).toEqual({
    seed,
    state: "running",
    restarts: 1,
  });
  expect(hungUp).toBeGreaterThan(10);
  const log = readFileSync(join(bed.data, "logs", "handshake.log"), "utf8");
  expect(log).not.toMatch(/\[error\]/);
}, 120_000);

/** A backup for each of a thousand messages would only be slow. */
function isHarmless(name: string): boolean {
  return name !== "data.backup" && name !== "log.write";
}

describe("[S10] a copy of the data", () => {
  test("is only for who has a session, and not while the engine uses the files", async () => {
    const key = await exchangeToken(bed.served.newAddress());
    const asked = (headers: object): Promise<Raw> => raw(dataCopyPath, { headers });
    expect((await asked({})).status).toBe(401);
    expect((await asked({ authorization: `Bearer ${key}x` })).status).toBe(401);
    const running = await asked({ authorization: `Bearer ${key}` });
    expect([running.status, running.body]).toEqual([
      409,
      expect.stringContaining("The engine uses the data now.") as string,
    ]);
    const elsewhere = await asked({ authorization: `Bearer ${key}`, host: "example.org" });
    expect(elsewhere.status).toBe(421);
  });
});
