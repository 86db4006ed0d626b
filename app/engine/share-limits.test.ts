import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType } from "../../src-main/testing/engine-bed.ts";
import { divideShares, type Amounts, type LimitShares } from "./limit-shares.ts";

const beds: EngineBed[] = [];
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.close();
});

/** As a database keeps them, for engines that all live. */
function sharedLimits(): () => LimitShares {
  const reservations = new Map<object, Amounts>();
  return () => {
    const self = {};
    return {
      share({ limits, used }) {
        const others = [...reservations].filter(([key]) => key !== self).map(([, each]) => each);
        const reserved = divideShares({ limits, used, others });
        reservations.set(self, reserved);
        return Promise.resolve(reserved);
      },
    };
  };
}

/** A step that works until it is released. */
function heldWork() {
  const release = Promise.withResolvers<void>();
  let working = 0;
  let most = 0;
  const type = handlerType("work", async () => {
    working += 1;
    most = Math.max(most, working);
    await release.promise;
    working -= 1;
    return 1;
  });
  return { type, release: release.resolve, working: () => working, most: () => most };
}

it("[W5] the limit of a node type holds over two engines, and both get their part", async () => {
  const shares = sharedLimits();
  const work = heldWork();
  const options = { maxConcurrentByType: { work: 4 } };
  const nodes = Array.from({ length: 10 }, (_, n) => ({ id: `n${n}`, type: "work" }));
  const open = async (): Promise<EngineBed> => {
    const bed = await createEngineBed([work.type], { ...options, limitShares: shares() });
    beds.push(bed);
    return bed;
  };
  const [first, second] = [await open(), await open()];
  // The first one had all of it, and gives back what it does not use at its next beat.
  await first.clock.advance(5_000);
  await second.clock.advance(5_000);
  const runs = [await first.start({ nodes }), await second.start({ nodes })];
  await first.until(() => work.working() === 4, "both work as much as they may");
  work.release();
  expect(await first.engine.waitForRun(runs[0]?.runId ?? "")).toBe("completed");
  expect(await second.engine.waitForRun(runs[1]?.runId ?? "")).toBe("completed");
  expect(work.most()).toBe(4);
});

it("[W5] each engine brings its own runs and nodes at once: two do twice as much", async () => {
  const shares = sharedLimits();
  const work = heldWork();
  const nodes = [{ id: "a", type: "work" }];
  const both: EngineBed[] = [];
  for (let engine = 0; engine < 2; engine += 1) {
    const options = { maxConcurrentRuns: 2, maxConcurrentNodes: 2, limitShares: shares() };
    const bed = await createEngineBed([work.type], options);
    beds.push(bed);
    both.push(bed);
    for (let run = 0; run < 3; run += 1) await bed.start({ nodes });
  }
  await both[0]?.until(() => work.working() === 4, "two of each engine's three runs work");
  await both[1]?.clock.advance(5_000);
  expect(work.most()).toBe(4);
  work.release();
});

it("an engine without a share starts no node of that type until it gets one, and others at once", async () => {
  let granted = 0;
  const limitShares: LimitShares = {
    share: ({ limits }) =>
      Promise.resolve(Object.fromEntries(Object.keys(limits).map((name) => [name, granted]))),
  };
  const types = [handlerType("work", () => 1), handlerType("free", () => 1)];
  const bed = await createEngineBed(types, { limitShares, maxConcurrentByType: { work: 4 } });
  beds.push(bed);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "work" }] });
  const other = await bed.start({ nodes: [{ id: "a", type: "free" }] });
  expect(await bed.engine.waitForRun(other.runId)).toBe("completed");
  await bed.clock.advance(900);
  expect(await bed.status(runId)).toBe("running");
  granted = 1;
  await bed.clock.advance(200);
  expect(await bed.engine.waitForRun(runId)).toBe("completed");
});
