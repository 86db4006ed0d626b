import { expect, test } from "vitest";
import type { CoreClient } from "./core-client.ts";
import { superviseCore } from "./core-supervisor.ts";

// The outside world here: the core's thread, as much of it as a supervisor sees.

test("one end is mended by itself, a second one only by a person", async () => {
  const host = playedHost();
  const supervisor = await superviseCore(host);
  await host.endCore();
  expect(host.told).toEqual(["ended: boom 1", "restarted 2"]);
  await host.endCore();
  expect(host.told.at(-1)).toBe("down: boom 2");
  expect(supervisor).toMatchObject({ core: null, isDown: true });
  await Promise.all([supervisor.restart(), supervisor.restart()]);
  expect(host.told.slice(3)).toEqual(["restarted 3"]);
  expect(supervisor.isDown).toBe(false);
  // The ten minutes go on.
  await host.endCore();
  expect(host.told.at(-1)).toBe("down: boom 3");
});

test("a start that fails stays down and says why; a person may try again", async () => {
  const host = playedHost();
  const supervisor = await superviseCore(host);
  host.failure = new Error("The disk is full.");
  await host.endCore();
  expect(host.told).toEqual(["ended: boom 1", "down: The disk is full."]);
  await supervisor.restart();
  expect(host.told.at(-1)).toBe("down: The disk is full.");
  host.failure = null;
  await supervisor.restart();
  expect(host.told.at(-1)).toBe("restarted 2");
});

test("ends more than ten minutes apart are mended each", async () => {
  const host = playedHost();
  await superviseCore(host);
  await host.endCore();
  host.time += 11 * 60_000;
  await host.endCore();
  expect(host.told.at(-1)).toBe("restarted 3");
});

test("a core that works is not restarted, nor one that was closed", async () => {
  const host = playedHost();
  const supervisor = await superviseCore(host);
  await supervisor.restart();
  await supervisor.close({ drainMs: 0 });
  await supervisor.restart();
  expect(host.told).toEqual([]);
});

function playedHost() {
  const ends: ((error: Error | null) => void)[] = [];
  const told: string[] = [];
  const played = {
    time: 0,
    failure: null as Error | null,
    told,
    now: () => played.time,
    start: async (): Promise<CoreClient> => {
      if (played.failure !== null) throw played.failure;
      const ended = Promise.withResolvers<Error | null>();
      ends.push(ended.resolve);
      const close = async (): Promise<void> => ended.resolve(null);
      return { ended: ended.promise, close } as unknown as CoreClient;
    },
    onEnd: ({ message }: Error, { staysDown }: { readonly staysDown: boolean }): void =>
      void told.push(`${staysDown ? "down" : "ended"}: ${message}`),
    onRestart: (): void => void told.push(`restarted ${ends.length}`),
    /** All that follows from it has happened when this resolves. */
    async endCore(): Promise<void> {
      ends.at(-1)?.(new Error(`boom ${ends.length}`));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return played;
}
