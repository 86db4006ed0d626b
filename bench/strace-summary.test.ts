import { expect, test } from "vitest";
import { totalCalls } from "./strace-summary.ts";

const summary = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 99.84    0.314215         305      1028           fsync
  0.16    0.000504          63         8         2 fdatasync
------ ----------- ----------- --------- --------- ----------------
100.00    0.314719                  1036         2 total
`;

test("the calls of a strace summary are added up, with and without errors", () => {
  expect(totalCalls(summary, ["fsync", "fdatasync"])).toBe(1036);
});

test("a summary without the calls is refused instead of counted as none", () => {
  expect(() => totalCalls("", ["fsync"])).toThrow("strace counted no fsync");
});
