import { it } from "vitest";
import { World, type StorageUnderTest } from "./storage-fixture.conformance.ts";

export type OpenStorage = () => Promise<StorageUnderTest>;

/** The longest ask some thousand times: of a server, on a machine that does other things too. */
const longestMs = 120_000;

export interface ConformanceTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

let collected: ConformanceTest[] | null = null;

/** The tests that `define` would define, to be run by hand: against a backend that is broken on purpose. */
export function collectConformanceTests(define: () => void): readonly ConformanceTest[] {
  const tests: ConformanceTest[] = [];
  collected = tests;
  try {
    define();
  } finally {
    collected = null;
  }
  return tests;
}

/** A test with a world of its own, which is closed afterwards whatever happens. */
export function conformanceTests(open: OpenStorage) {
  return (name: string, body: (world: World) => Promise<void>): void => {
    const run = async (): Promise<void> => {
      const world = await World.open(await open());
      try {
        await body(world);
      } finally {
        await world.close();
      }
    };
    if (collected === null) it(name, run, longestMs);
    else collected.push({ name, run });
  };
}
