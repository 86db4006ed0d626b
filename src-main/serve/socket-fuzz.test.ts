import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { closeCodes, socketPath } from "../../app/contract/browser-session.ts";
import { limits } from "../../app/contract/limits.ts";
import { checkingCore, nothingWrong, requestNames } from "../core/checking-core.fixture.ts";
import { fuzzLimitMs, fuzzPlan, mostGrownMb } from "../core/fuzz-plan.fixture.ts";
import { fuzzedMessage, fuzzedRequest, type Random } from "../core/message-fuzzer.fixture.ts";
import { acceptTabSockets } from "./tab-sockets.ts";

const tabsAtOnce = 8;
const messagesABurst = 32;
const key = "a".repeat(43);
let server: Server | null = null;
afterEach(() => server?.close());

test(
  "[S10] fuzzed messages over the WebSocket: none crashes, none reaches a handler unvalidated",
  async () => {
    const plan = fuzzPlan("WebSocket");
    const { client, seen } = checkingCore();
    const refusals = new Map<string, number>();
    const port = await listen((http) =>
      acceptTabSockets({
        server: http,
        port: () => (http.address() as AddressInfo).port, // it listens on TCP
        now: Date.now,
        core: () => client,
        down: () => null,
        onRefusal: (message) => refusals.set(message, (refusals.get(message) ?? 0) + 1),
        sessions: {
          validUntil: (shown) => (shown === key ? Date.now() + 3_600_000 : null),
          grant: () => ({ key, expiresAt: new Date().toISOString() }),
          revoke: () => false,
        },
      }),
    );

    let sent = 0;
    const closedWith = new Set<number>();
    const lane = async (): Promise<void> => {
      while (sent < plan.messages) {
        const tab = await openTab(port);
        while (sent < plan.messages && tab.readyState === WebSocket.OPEN) {
          for (let more = 0; more < messagesABurst; more += 1) plan.at((sent += 1));
          const closed = await sendBurst(tab, plan.random);
          if (closed !== null) closedWith.add(closed);
        }
        tab.terminate();
      }
    };
    await Promise.all(Array.from({ length: tabsAtOnce }, lane));

    expect({ seed: plan.seed, ...seen }).toMatchObject({ seed: plan.seed, ...nothingWrong });
    expect([...closedWith].filter((code) => !expectedCodes.has(code))).toEqual([]);
    expect(refusals.get("A tab sent what is no message.")).toBe(seen.dropped);
    // The fuzzer is worth something: both kinds came up.
    expect(Math.min(seen.reached, seen.dropped, seen.answers)).toBeGreaterThan(300);
    expect(plan.grownMb()).toBeLessThan(mostGrownMb);
  },
  fuzzLimitMs(),
);

/** Ours, and the protocol's own: broken UTF-8 is 1007, too long a message 1009, cut off before it was said 1006. */
const expectedCodes: ReadonlySet<number> = new Set([closeCodes.badMessage, 1006, 1007, 1009]);

/**
 * Requests with any input, then one message that may be anything: what comes behind one that is hung up
 * on would be lost. Resolves when all were dealt with: null, or the code that it was hung up on with.
 */
function sendBurst(tab: WebSocket, random: Random): Promise<number | null> {
  return new Promise((resolve) => {
    const pong = (): void => settle(null);
    const close = (code: number): void => settle(code);
    const settle = (code: number | null): void => {
      tab.off("pong", pong);
      tab.off("close", close);
      resolve(code);
    };
    tab.on("pong", pong);
    tab.on("close", close);
    for (let more = 1; more < messagesABurst; more += 1) {
      tab.send(fuzzedRequest(random, requestNames), { binary: false });
    }
    sendAnything(tab, random);
    // The server answers in order, and not at all once it has hung up.
    tab.ping();
  });
}

function sendAnything(tab: WebSocket, random: Random): void {
  switch (random.below(40)) {
    case 0:
      return tab.send(fuzzedRequest(random, requestNames), { binary: true });
    case 1:
      return tab.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    case 2:
      if (random.below(10) > 0) return;
      return tab.send("x".repeat(limits.clientMessageBytes + 1));
    default:
      // As a browser would: text, with replacement characters for what is none.
      return tab.send(Buffer.from(fuzzedMessage(random, requestNames)).toString("utf8"));
  }
}

async function listen(mount: (http: Server) => unknown): Promise<number> {
  const http = createServer();
  server = http;
  mount(http);
  await new Promise<void>((resolve) => http.listen({ host: "127.0.0.1", port: 0 }, resolve));
  return (http.address() as AddressInfo).port; // it listens on TCP
}

function openTab(port: number): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${port}`;
  const tab = new WebSocket(`ws://127.0.0.1:${port}${socketPath}`, { origin });
  return new Promise((resolve, reject) => {
    tab.on("error", reject);
    tab.on("open", () => tab.send(JSON.stringify({ kind: "hello", key })));
    // The welcome.
    tab.once("message", () => resolve(tab));
  });
}
