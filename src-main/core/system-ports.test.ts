import { expect, test } from "vitest";
import { systemPorts } from "./system-ports.ts";

test("run ids of the same millisecond differ, over the end of the store of random bytes too", () => {
  const ids = Array.from({ length: 5_000 }, () => systemPorts.newRunId());
  expect(new Set(ids).size).toBe(5_000);
});
