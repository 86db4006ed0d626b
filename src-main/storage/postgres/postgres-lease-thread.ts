import { parentPort, workerData } from "node:worker_threads";
import type { Client } from "pg";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { connectAlone } from "./postgres-connection.ts";
import { leaseSecs, renewLease } from "./postgres-instances.ts";

/** What a lease's thread is started with. */
export interface LeaseThreadStart {
  readonly url: string;
  readonly epoch: number;
  readonly timing: LeaseTiming;
}

export interface LeaseTiming {
  readonly renewEveryMs: number;
  /** Without a renewal for so long, by the monotonic clock, the lease counts as lost. */
  readonly lostAfterMs: number;
}

/** `lost` is the last thing it says. */
export type LeaseMessage =
  | { readonly kind: "renewed" }
  | { readonly kind: "lost"; readonly reason: "fenced" | "silent"; readonly message: string };

/** How long until the next try when the server did not answer. */
const tryAgainMs = 1_000;
const answerMs = 4_000;

const start = startOf(workerData);
const { renewEveryMs, lostAfterMs } = start.timing;
const address = parseDatabaseAddress(start.url);
let client: Client | null = null;
let renewedAt = performance.now();
let lastError = "";
let timer: NodeJS.Timeout | undefined;
let isLost = false;

// Beside the renewals: one of them may wait for an answer for longer.
const watch = setInterval(() => {
  if (performance.now() - renewedAt > lostAfterMs)
    lose("silent", `it could not be renewed for ${lostAfterMs / 1_000} s. ${lastError}`.trimEnd());
}, renewEveryMs / 5);

parentPort?.once("message", () => {
  clearInterval(watch);
  clearTimeout(timer);
  isLost = true;
  void client?.end().catch(() => undefined);
  parentPort?.close();
});
void renew();

async function renew(): Promise<void> {
  const begunAt = performance.now();
  let nextMs = renewEveryMs;
  try {
    client ??= await connectAlone({ address, timeoutMs: answerMs });
    const { rowCount } = await client.query({ ...renewLease, values: [start.epoch, leaseSecs] });
    if (rowCount === 0) lose("fenced", "another engine took over.");
    // From the moment on at which it was asked for: the answer may have taken long.
    renewedAt = begunAt;
    say({ kind: "renewed" });
  } catch (error) {
    lastError = error instanceof Error ? error.message : String(error);
    client?.end().catch(() => undefined);
    client = null;
    nextMs = tryAgainMs;
  }
  if (!isLost) timer = setTimeout(() => void renew(), nextMs);
}

function lose(reason: "fenced" | "silent", message: string): void {
  if (isLost) return;
  isLost = true;
  clearInterval(watch);
  clearTimeout(timer);
  say({ kind: "lost", reason, message: `The lease of this engine is lost: ${message}` });
}

function say(message: LeaseMessage): void {
  if (!isLost || message.kind === "lost") parentPort?.postMessage(message);
}

function startOf(value: unknown): LeaseThreadStart {
  if (
    typeof value !== "object" ||
    value === null ||
    !("url" in value && typeof value.url === "string") ||
    !("epoch" in value && typeof value.epoch === "number") ||
    !("timing" in value && isTiming(value.timing))
  )
    throw new Error("a lease thread is started with its lease");
  return { url: value.url, epoch: value.epoch, timing: value.timing };
}

function isTiming(value: unknown): value is LeaseTiming {
  return (
    typeof value === "object" &&
    value !== null &&
    "renewEveryMs" in value &&
    typeof value.renewEveryMs === "number" &&
    "lostAfterMs" in value &&
    typeof value.lostAfterMs === "number"
  );
}
