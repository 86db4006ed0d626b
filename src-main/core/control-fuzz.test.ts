import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { EngineError } from "../../app/engine/engine-error.ts";
import { controlAddress } from "./control-address.ts";
import { controlProtocol, ControlReply } from "./control-message.ts";
import { startControlServer, type ControlServer } from "./control-server.ts";
import { CoreRequest } from "./core-request.ts";
import type { Core } from "./core.ts";
import { fuzzLimitMs, fuzzPlan, mostGrownMb } from "./fuzz-plan.fixture.ts";
import { longestLineBytes } from "./json-lines.ts";
import { damaged, fuzzedValue, noise, type Random } from "./message-fuzzer.fixture.ts";

// Not vi.fn: that keeps every call.
const handler = vi.hoisted(() => ({ perform: (_request: unknown): void => undefined }));
vi.mock("./perform-request.ts", () => ({
  performRequest: async (_core: unknown, request: unknown) => handler.perform(request),
}));

const clientsAtOnce = 16;
/** Each message here is a connection of its own. */
const connectionsInTests = 20_000;
let folder: string | null = null;
let server: ControlServer | null = null;
afterEach(async () => {
  await server?.close({ graceMs: 0 });
  if (folder !== null) rmSync(folder, { recursive: true });
});

test.skipIf(process.platform === "win32")(
  "[S10] fuzzed messages at the control socket: none crashes, none reaches a handler unvalidated",
  async () => {
    const plan = fuzzPlan("control socket", connectionsInTests);
    const unvalidated: unknown[] = [];
    let reached = 0;
    handler.perform = (request) => {
      reached += 1;
      if (!CoreRequest.safeParse(request).success) unvalidated.push(request);
      throw new EngineError("NOT_FOUND", "fuzzed");
    };
    folder = mkdtempSync(join(tmpdir(), "handshake-control-fuzz-"));
    const address = controlAddress(folder);
    server = await startControlServer({
      address,
      owner: { kind: "handshake run", pid: 4711, since: "2026-01-01T00:00:00.000Z" },
      // Nothing of it is used: what would use it is the handler.
      core: Promise.resolve({} as Core),
    });

    const codes = new Map<string, number>();
    const wrong: string[] = [];
    let sent = 0;
    const lane = async (): Promise<void> => {
      while (sent < plan.messages) {
        plan.at(sent);
        sent += 1;
        const code = errorCodeIn(await say(address, controlMessage(plan.random)), wrong);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: clientsAtOnce }, lane));

    expect({ seed: plan.seed, unvalidated, wrong, followers: server.followers }).toEqual({
      seed: plan.seed,
      unvalidated: [],
      wrong: [],
      followers: 0,
    });
    expect(codes.get("NOT_FOUND")).toBe(reached);
    // The fuzzer is worth something: what is performed, refused, and no JSON at all.
    const kinds = ["NOT_FOUND", "BAD_REQUEST", "INTERNAL"].map((code) => codes.get(code) ?? 0);
    expect(Math.min(...kinds)).toBeGreaterThan(300);
    expect(plan.grownMb()).toBeLessThan(mostGrownMb);
  },
  fuzzLimitMs(),
);

/** Sends the bytes and hangs up on its own side; resolves to everything that was answered. */
function say(address: string, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(address, () => socket.end(bytes));
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (text += chunk));
    // The server may hang up before it has read all of it.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ECONNRESET") reject(error);
    });
    socket.on("close", () => resolve(text));
  });
}

/** Who it is, then one error, or nothing where nothing was asked. */
function errorCodeIn(text: string, wrong: string[]): string {
  const replies = text.split("\n").filter((line) => line !== "");
  const parsed = replies.map((line) => ControlReply.safeParse(JSON.parse(line)));
  const [owner, error, ...more] = parsed.map(({ data }) => data);
  if (owner?.reply !== "owner" || more.length > 0) wrong.push(text);
  if (error === undefined && replies.length === 1) return "";
  if (error?.reply === "error") return error.error.code;
  wrong.push(text);
  return "";
}

function controlMessage(random: Random): Uint8Array {
  const request = {
    protocol: controlProtocol,
    request: coreRequest(random),
    follow: random.below(2) === 0,
  };
  const text = JSON.stringify(request);
  const at = random.below(text.length);
  switch (random.below(10)) {
    case 0:
      return Uint8Array.from({ length: random.below(200) }, () => random.below(256));
    case 1:
      return line(text.slice(0, at));
    case 2:
      return line(text.slice(0, at) + random.pick(noise) + text.slice(at + 1));
    case 3:
      return line(JSON.stringify(damaged(random, request)));
    case 4:
      return line(JSON.stringify({ ...request, request: damaged(random, request.request) }));
    case 5:
      return line(JSON.stringify(fuzzedValue(random, 3)));
    case 6:
      return line("[".repeat(random.below(3_000)) + "]".repeat(random.below(3_000)));
    case 7:
      if (random.below(200) > 0) return line(text);
      return line(`"${"x".repeat(longestLineBytes)}"`);
    case 8:
      // Several, of which only the first is read.
      return Buffer.concat([line(text), line(text)]);
    default:
      return line(text);
  }
}

function coreRequest(random: Random): object {
  const run = random.pick(["last", "0190f5e0", "x".repeat(99)]);
  const input = fuzzedValue(random, 2) ?? null;
  return random.pick<object>([
    { do: "run", text: "{}", file: "a.json", grants: [], baseDir: "/", requestKey: "k", input },
    { do: "resume", run, decisions: {}, confirmPoisoned: false },
    { do: "cancel", run, reason: "\u0000\u001b[31m" },
    { do: "fail", run },
    { do: "answer", run, node: "__proto__", answer: input },
    { do: "retry", run },
    { do: "rerun", run },
    { do: "fork", run, node: "n", input },
  ]);
}

function line(text: string): Uint8Array {
  return Buffer.from(`${text}\n`);
}
