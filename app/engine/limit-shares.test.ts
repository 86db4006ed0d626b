import * as fc from "fast-check";
import { expect, it } from "vitest";
import { divideShares, type Amounts } from "./limit-shares.ts";

it("an engine alone has all of a limit, two have a half each", () => {
  const limits = { runs: 10, "type:http.request": 3 };
  const alone = divideShares({ limits, used: {}, others: [] });
  expect(alone).toEqual(limits);
  const second = divideShares({ limits, used: {}, others: [alone] });
  expect(second).toEqual({ runs: 0, "type:http.request": 0 });
  const shrunk = divideShares({ limits, used: { runs: 2 }, others: [second] });
  expect(shrunk).toEqual({ runs: 5, "type:http.request": 2 });
  expect(divideShares({ limits, used: {}, others: [shrunk] })).toEqual({
    runs: 5,
    "type:http.request": 1,
  });
});

it("an engine keeps what is in use until it ends", () => {
  const kept = divideShares({ limits: { runs: 10 }, used: { runs: 9 }, others: [{ runs: 0 }] });
  expect(kept).toEqual({ runs: 9 });
});

it("[W5] whatever the order of asking, engines never use more than the limit together", () => {
  const turn = fc.record({ engine: fc.nat(4), wants: fc.nat(20), leaves: fc.boolean() });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(turn, { maxLength: 60 }),
      (limit, turns) => {
        const limits = { runs: limit };
        const engines = new Map<number, { reserved: Amounts; used: number }>();
        for (const { engine, wants, leaves } of turns) {
          const before = engines.get(engine);
          if (leaves && before !== undefined) {
            engines.delete(engine);
            continue;
          }
          const others = [...engines]
            .filter(([name]) => name !== engine)
            .map(([, { reserved }]) => reserved);
          const used = { runs: Math.min(before?.used ?? 0, wants) };
          const reserved = divideShares({ limits, used, others });
          engines.set(engine, { reserved, used: Math.min(wants, reserved["runs"] ?? 0) });
          const total = [...engines.values()].reduce((sum, each) => sum + each.used, 0);
          expect(total).toBeLessThanOrEqual(limit);
        }
      },
    ),
  );
});
