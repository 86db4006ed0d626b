import { it } from "vitest";
import { World, type StorageUnderTest } from "./storage-fixture.conformance.ts";

export type OpenStorage = () => Promise<StorageUnderTest>;

/** The longest ask some thousand times: of a server, on a machine that does other things too. */
const longestMs = 120_000;

/** A test with a world of its own, which is closed afterwards whatever happens. */
export function conformanceTests(open: OpenStorage) {
  return (name: string, body: (world: World) => Promise<void>): void => {
    it(
      name,
      async () => {
        const world = await World.open(await open());
        try {
          await body(world);
        } finally {
          await world.close();
        }
      },
      longestMs,
    );
  };
}
