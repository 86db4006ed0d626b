import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom, type Random } from "./message-fuzzer.fixture.ts";

// For tests: how much is sent at a transport, from which seed, and what it left in memory.

export interface FuzzPlan {
  readonly seed: number;
  readonly messages: number;
  readonly random: Random;
  /** Call it before each message. Looks at the memory when a fifth is sent. */
  at(sent: number): void;
  /** How much the heap, buffers included, has grown since a fifth was sent; garbage does not count. */
  grownMb(): number;
}

/** A leak of 300 bytes a message is more than this; what the collector left and warmed up code is less. */
export const mostGrownMb = 25;

const messagesInTests = 100_000;

/**
 * 100,000 messages, or fewer where each is dear. By hand more of them, or those of a failure again:
 * `HANDSHAKE_FUZZ_MESSAGES=5000000 HANDSHAKE_FUZZ_SEED=7 npm run vitest -- fuzz`
 */
export function fuzzPlan(transport: string, usually = messagesInTests): FuzzPlan {
  const seed = Number(process.env["HANDSHAKE_FUZZ_SEED"] ?? Date.now() % 1_000_000);
  const messages = Number(process.env["HANDSHAKE_FUZZ_MESSAGES"] ?? usually);
  console.log(`${transport}: ${messages.toLocaleString("en")} fuzzed messages of seed ${seed}`);
  let before = heapMb();
  const early = Math.floor(messages / 5);
  return {
    seed,
    messages,
    random: seededRandom(seed),
    at(sent) {
      if (sent === early) before = heapMb();
    },
    grownMb: () => heapMb() - before,
  };
}

/** For the limit of a test: generous, because machines differ; it only ends what hangs. */
export function fuzzLimitMs(): number {
  const messages = Number(process.env["HANDSHAKE_FUZZ_MESSAGES"] ?? messagesInTests);
  return Math.max(300_000, messages * 5);
}

function heapMb(): number {
  setFlagsFromString("--expose-gc");
  // The flag adds `gc` to contexts that are made after it.
  const collect = runInNewContext("gc") as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}
