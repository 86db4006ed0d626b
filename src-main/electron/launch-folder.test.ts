import { expect, test } from "vitest";
import { dataOption } from "./launch-folder.ts";

test.for([
  [["electron", "main.js", "--data", "/a b"], "/a b"],
  [["handshake", "--data=/a"], "/a"],
  [["handshake", "--data"], ""],
  [["handshake", "--database", "/a"], undefined],
] as const)("%j names %j", ([argv, folder]) => {
  expect(dataOption(argv)).toBe(folder);
});
