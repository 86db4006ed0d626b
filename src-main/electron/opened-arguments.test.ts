import { expect, test } from "vitest";
import { openedArguments } from "./opened-arguments.ts";

test.for([
  [["handshake"], []],
  [["electron", "main.js", "--data", "/d.handshake", "--switch"], []],
  [["handshake", "a.handshake"], [{ kind: "file", path: "/here/a.handshake" }]],
  [["handshake", "/there/b c.handshake"], [{ kind: "file", path: "/there/b c.handshake" }]],
  [["handshake", "file:///b%20c.handshake"], [{ kind: "file", path: "/b c.handshake" }]],
  [["handshake", "file://other.example/b.handshake"], []],
  [["handshake", "notes.txt"], []],
  [["handshake", "handshake://runs"], [{ kind: "link", link: "handshake://runs" }]],
  [["handshake", "HANDSHAKE://runs"], [{ kind: "link", link: "HANDSHAKE://runs" }]],
  [["a.handshake"], []],
] as const)("%j opens %j", ([argv, opened]) => {
  expect(openedArguments(argv, "/here")).toEqual(opened);
});

test("ten at most", () => {
  expect(
    openedArguments(["handshake", ..."a.handshake ".repeat(20).trim().split(" ")], "/"),
  ).toHaveLength(10);
});
