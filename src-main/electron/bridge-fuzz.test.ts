import { EventEmitter } from "node:events";
import type { WebContents } from "electron";
import { expect, test, vi } from "vitest";
import { limits } from "../../app/contract/limits.ts";
import { checkingCore, nothingWrong, requestNames } from "../core/checking-core.fixture.ts";
import { fuzzLimitMs, fuzzPlan, mostGrownMb } from "../core/fuzz-plan.fixture.ts";
import { fuzzedMessage, fuzzedRequest, type Random } from "../core/message-fuzzer.fixture.ts";
import { appOrigin } from "./app-origins.ts";
import { bridgeChannel } from "./bridge-channel.ts";
import { createIpcBridge } from "./ipc-bridge.ts";

// The outside world here: what Electron's main process hears from its renderers.
const { ipcMain } = vi.hoisted(() => ({ ipcMain: { on: vi.fn() } }));
vi.mock("electron", () => ({ ipcMain }));

test(
  "[S10] fuzzed messages at Electron's bridge: none crashes, none of a stranger and none unvalidated reaches a handler",
  async () => {
    const plan = fuzzPlan("Electron bridge");
    const main = new EventEmitter();
    ipcMain.on.mockImplementation((channel: string, listener: (...args: unknown[]) => void) =>
      main.on(channel, listener),
    );
    const { client, seen } = checkingCore();
    let refused = 0;
    const bridge = createIpcBridge({
      log: {
        write: (_level, _source, message) => {
          if (message.startsWith("A message was refused")) refused += 1;
        },
      },
      onDocument: () => undefined,
      onAppRequest: () => undefined,
    });
    bridge.setCore(client);
    const ours = windowOf(7);
    bridge.admit(ours);

    const { random } = plan;
    let strangers = 0;
    let reachedByStrangers = 0;
    for (let sent = 0; sent < plan.messages; sent += 1) {
      plan.at(sent);
      const before = seen.reached + seen.answers + seen.dropped;
      const sender =
        random.below(4) === 0 ? foreignSender(random) : { sender: ours, senderFrame: mainFrame };
      main.emit(bridgeChannel, sender, fromPreload(random));
      if (sender.sender !== ours || sender.senderFrame !== mainFrame) {
        strangers += 1;
        if (seen.reached + seen.answers + seen.dropped !== before) reachedByStrangers += 1;
      }
      if (sent % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));

    expect({ seed: plan.seed, reachedByStrangers, ...seen }).toMatchObject({
      seed: plan.seed,
      reachedByStrangers: 0,
      ...nothingWrong,
    });
    expect(refused).toBeGreaterThanOrEqual(strangers);
    // The fuzzer is worth something: all kinds came up.
    expect(Math.min(seen.reached, seen.dropped, seen.answers, strangers)).toBeGreaterThan(300);
    expect(plan.grownMb()).toBeLessThan(mostGrownMb);
  },
  fuzzLimitMs(),
);

const mainFrame = { parent: null, origin: appOrigin };

function windowOf(id: number): WebContents {
  const contents = new EventEmitter();
  // As much of a window as the bridge uses.
  return Object.assign(contents, {
    id,
    isDestroyed: () => false,
    send: () => undefined,
  }) as unknown as WebContents;
}

const stranger = windowOf(8);
function foreignSender(random: Random) {
  const frame = random.pick<object | null>([
    null,
    { parent: mainFrame, origin: appOrigin },
    { parent: null, origin: "https://evil.example" },
    { parent: null, origin: "null" },
    { parent: null, origin: `${appOrigin}.evil.example` },
    { parent: null, origin: "" },
  ]);
  // Its own frame in another window, or another frame in our window.
  return random.below(2) === 0
    ? { sender: stranger, senderFrame: mainFrame }
    : { sender: { id: 7 }, senderFrame: frame };
}

const document = "0190f5e0-0000-7000-8000-000000000000";

/** What a renderer can send: anything that can be cloned. */
function fromPreload(random: Random): unknown {
  const isRequest = random.below(3) > 0;
  const bytes = (isRequest ? fuzzedRequest : fuzzedMessage)(random, requestNames);
  switch (random.below(12)) {
    case 0:
      return random.pick<unknown>([
        null,
        undefined,
        0,
        "open",
        [],
        {},
        new Date(0),
        7n,
        Symbol.iterator,
      ]);
    case 1:
      return {
        kind: random.pick(["open", "message", "restart", "close", "__proto__", ""]),
        document: random.pick<unknown>([document, undefined]),
        bytes,
      };
    case 2:
      return { kind: "open", document: random.pick<unknown>([1, null, "x".repeat(101), {}, []]) };
    case 3:
      return { kind: "message", document, bytes: random.pick<unknown>(notBytes) };
    case 4:
      return { kind: "message", document: "another", bytes };
    case 5:
      return new Map([["kind", "message"]]);
    case 6:
      return cyclic;
    case 7:
      return { kind: "open", document };
    default:
      return { kind: "message", document, bytes, more: random.below(2) };
  }
}

const notBytes = [
  "text",
  null,
  { byteLength: 4 },
  new Uint16Array([1, 2]),
  new ArrayBuffer(8),
  new DataView(new ArrayBuffer(8)),
  [123, 125],
  new Uint8Array(limits.clientMessageBytes + 1),
  new Map(),
] as const;

const cyclic: Record<string, unknown> = { kind: "message", document };
cyclic["bytes"] = cyclic;
