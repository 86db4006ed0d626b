import { expect, test } from "vitest";
import { launchOption } from "./launch-option.ts";

test.for([
  [["electron", "main.js", "--data", "/a b"], "/a b"],
  [["handshake", "--data=/a"], "/a"],
  [["handshake", "--data"], ""],
  [["handshake", "--database", "/a"], undefined],
] as const)("%j names %j", ([argv, folder]) => {
  expect(launchOption(argv, "--data")).toBe(folder);
});
