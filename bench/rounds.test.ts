import { expect, test } from "vitest";
import { alternateRounds, ratios } from "./rounds.ts";

test("each round begins with another side, warm-ups are not measured, ratios are those of a round", async () => {
  const order: string[] = [];
  const side = (name: string, steps: number, ms: number) => ({
    name,
    steps,
    round: () => {
      order.push(name);
      return ms;
    },
  });
  const times = await alternateRounds({
    sides: [side("engine", 10, 1), side("floor", 5, 2)],
    warmUps: 1,
    rounds: 2,
  });
  expect(order).toEqual(["engine", "floor", "floor", "engine", "engine", "floor"]);
  expect(times).toEqual([
    { name: "engine", steps: 10, usPerStep: [100, 100] },
    { name: "floor", steps: 5, usPerStep: [400, 400] },
  ]);
  const [engine, floor] = times;
  if (engine === undefined || floor === undefined) throw new Error("two sides, two times");
  expect(ratios(engine, floor)).toEqual([4, 4]);
});
