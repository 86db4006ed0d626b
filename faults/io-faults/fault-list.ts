import { seededRandom } from "../seeded-random.ts";
import type { Fault } from "./fault-control.ts";

/** One experiment: a fault, and when it begins. */
export interface FaultCase {
  readonly index: number;
  readonly fault: Fault;
  /** Before the core starts, when its runs were begun, or when it is asked to close. */
  readonly begins: "start" | "work" | "close";
}

const shapes: readonly Pick<Fault, "calls" | "file">[] = [
  { calls: ["write"], file: "log" },
  { calls: ["sync"], file: "log" },
  { calls: ["write"], file: "data file" },
  { calls: ["sync"], file: "data file" },
  { calls: ["truncate"], file: "any" },
  { calls: ["open"], file: "data file" },
  { calls: ["open"], file: "any" },
  { calls: ["name"], file: "any" },
  { calls: ["write"], file: "any" },
  { calls: ["write", "sync", "truncate", "open", "name"], file: "any" },
];

/** From a single failing call to a disk that is gone for many of them. */
const lengths = [1, 1, 2, 5, 20, 60];

/** The same list for the same seed; a longer one begins with the shorter one. */
export function faultCases(seed: number, count: number): readonly FaultCase[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index): FaultCase => {
    const shape = shapes[index % shapes.length] ?? random.pick(shapes);
    const begins = random.pick(["start", "work", "work", "work", "close"] as const);
    const fault: Fault = {
      ...shape,
      code: random.pick(["EIO", "ENOSPC"]),
      skip: random.pick([0, random.below(8), random.below(60)]),
      failures: random.pick(lengths),
      isShort: random.chance(0.4),
    };
    return { index, fault, begins };
  });
}
