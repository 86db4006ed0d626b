import { expect, test } from "vitest";
import { figureOf, median, verdictOf } from "./figure.ts";

test("a figure is the median of its rounds with their range", () => {
  expect(figureOf("speed", [5, 1, 9, 3], "ms", { below: 5 })).toEqual({
    name: "speed",
    value: 4,
    range: [1, 9],
    unit: "ms",
    target: { below: 5 },
  });
  expect(median([3, 1, 2])).toBe(2);
});

test("each kind of target is met up to its bound, and what was not measured is not met", () => {
  const verdict = (value: number | null, target: Parameters<typeof figureOf>[3]) =>
    verdictOf({ name: "", unit: "", value, ...(target === undefined ? {} : { target }) });
  expect([
    verdict(8, { atLeast: 8 }),
    verdict(7.99, { atLeast: 8 }),
    verdict(1.02, { atMost: 1.02 }),
    verdict(1.03, { atMost: 1.02 }),
    verdict(50, { below: 50 }),
    verdict(null, { below: 50 }),
    verdict(50, undefined),
  ]).toEqual(["met", "missed", "met", "missed", "missed", "not measured", ""]);
});
