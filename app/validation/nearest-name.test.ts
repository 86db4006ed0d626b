import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const known = ["http.request", "shell.exec", "file.read", "file.write", "map"];

test.each([
  ["http.reqest", "http.request"],
  ["htpt.request", "http.request"],
  ["HTTP.Request", "http.request"],
  ["file.raed", "file.read"],
  ["mpa", "map"],
  ["mat", "map"],
  ["transform", null],
  ["x", null],
])("the nearest name to %s is %s", (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

test("of two names that are equally near the first one is taken", () => {
  expect(nearestName("file.rite", ["file.mite", "file.kite"])).toBe("file.mite");
});
