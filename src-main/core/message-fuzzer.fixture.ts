// For tests: messages that nobody should send, made from a seed.

export interface Random {
  /** An integer from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(values: readonly [T, ...T[]]): T;
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (values) => values[below(values.length)] ?? values[0] };
}

/** Bytes that may or may not be a message: noise, broken JSON, wrong JSON, and damaged good messages. */
export function fuzzedMessage(random: Random, names: readonly [string, ...string[]]): Uint8Array {
  switch (random.below(10)) {
    case 0:
      return Uint8Array.from({ length: random.below(200) }, () => random.below(256));
    case 1:
      return Buffer.from("[".repeat(random.below(3_000)) + "]".repeat(random.below(3_000)));
    case 2:
      return Buffer.from(JSON.stringify(fuzzedValue(random, 3)) ?? "");
    case 3: {
      const text = JSON.stringify(goodMessage(random, names));
      return Buffer.from(text.slice(0, random.below(text.length)));
    }
    case 4: {
      const text = JSON.stringify(goodMessage(random, names));
      const at = random.below(text.length);
      return Buffer.from(text.slice(0, at) + random.pick(noise) + text.slice(at + 1));
    }
    case 5:
      return Buffer.from(JSON.stringify(damaged(random, goodMessage(random, names))));
    default:
      return fuzzedRequest(random, names);
  }
}

/** A request in order, with an input that may be anything: it is never hung up on. */
export function fuzzedRequest(random: Random, names: readonly [string, ...string[]]): Uint8Array {
  const id = random.below(1_000_000);
  const input = fuzzedInput(random);
  return Buffer.from(JSON.stringify({ kind: "request", id, name: random.pick(names), input }));
}

export const noise = [
  "\u0000",
  '"',
  "\\",
  "{",
  "9".repeat(400),
  "\u202e",
  "-",
  "e",
  "null",
] as const;
const keys = [
  "kind", "id", "name", "input", "runId", "nodeExecutionId", "topic", "filter", "limit", "after",
  "workflow", "grants", "slot", "__proto__", "constructor", "prototype", "toString", "",
] as const; // prettier-ignore
const runId = "0190f5e0-0000-7000-8000-000000000000";
const values = [
  null, true, false, 0, -1, 1.5, 1e308, "", "x", runId, "request", "runs", "../../etc/passwd",
  "\u0000\u001b[31m", "0190f5e0-0000-7000-8000-00000000000g", "a".repeat(5_000), [], {},
] as const; // prettier-ignore

export function fuzzedValue(random: Random, depth: number): unknown {
  if (depth === 0 || random.below(3) === 0) return random.pick(values);
  if (random.below(3) === 0) {
    return Array.from({ length: random.below(6) }, () => fuzzedValue(random, depth - 1));
  }
  return Object.fromEntries(
    Array.from({ length: random.below(6) }, () => [
      random.pick(keys),
      fuzzedValue(random, depth - 1),
    ]),
  );
}

/** Often right, or almost: a run's id and one member too many. */
function fuzzedInput(random: Random): unknown {
  switch (random.below(6)) {
    case 3:
      return {};
    case 4:
      return { runId };
    case 0:
      return { runId, [random.pick(keys)]: fuzzedValue(random, 2) };
    case 1:
      return { runId, after: random.below(50) - 10, limit: random.below(1_000) };
    default:
      return fuzzedValue(random, 3);
  }
}

function goodMessage(random: Random, names: readonly [string, ...string[]]): object {
  const id = random.below(20);
  return random.pick<object>([
    { kind: "request", id: random.below(1_000_000), name: random.pick(names), input: { runId } },
    { kind: "cancel", id },
    { kind: "subscribe", id, topic: { topic: "run", runId } },
    { kind: "subscribe", id, topic: { topic: "runs", runIds: [runId] } },
    { kind: "unsubscribe", id },
    { kind: "ack", id, rev: 1 + random.below(9) },
    { kind: "visibility", hidden: random.below(2) === 0 },
  ]);
}

export function damaged(random: Random, message: object): object {
  const members: [string, unknown][] = Object.entries(message);
  const at = random.below(members.length);
  const [key = "kind"] = members[at] ?? [];
  members[at] = [random.below(2) === 0 ? key : random.pick(keys), fuzzedValue(random, 2)];
  if (random.below(2) === 0) members.push([random.pick(keys), fuzzedValue(random, 1)]);
  return Object.fromEntries(members);
}
