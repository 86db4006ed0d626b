import { expect, test } from "vitest";
import { formatDuration, formatElapsed, speakDuration } from "./duration.ts";
import { formatBytes, formatCount } from "./quantity.ts";
import { formatMoment } from "./time.ts";

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [340, "340 ms"],
  [999.6, "1,000 ms"],
  [1_000, "1 s"],
  [4_260, "4.2 s"],
  [9_999, "9.9 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [200_000, "3 min 20 s"],
  [4_320_000, "1 h 12 min"],
  [86_400_000, "1 d"],
  [183_600_000, "2 d 3 h"],
])("%d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("a counting label shows whole seconds", () => {
  expect([formatElapsed(0), formatElapsed(4_900), formatElapsed(61_500)]).toEqual([
    "0 s",
    "4 s",
    "1 min 1 s",
  ]);
});

test("a screen reader hears whole words", () => {
  expect([speakDuration(1_000), speakDuration(360_000), speakDuration(7_300_000)]).toEqual([
    "1 second",
    "6 minutes",
    "2 hours",
  ]);
});

test("sizes are decimal", () => {
  expect([812, 4_100, 52_000_000, 2_100_000_000].map(formatBytes)).toEqual([
    "812 B",
    "4.1 kB",
    "52 MB",
    "2.1 GB",
  ]);
  expect(formatCount(12_431)).toBe("12,431");
});

test("a moment is as short as it can be without being unclear", () => {
  const now = new Date(2026, 10, 23, 15, 0).getTime();
  expect(
    [new Date(2026, 10, 23, 14, 2), new Date(2026, 10, 5, 9, 30), new Date(2025, 10, 5, 9, 30)].map(
      (date) => formatMoment(date.getTime(), now),
    ),
  ).toEqual(["14:02", "5 Nov 09:30", "5 Nov 2025"]);
});
