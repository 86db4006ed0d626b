import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { workflowOfFile } from "./workflow-of-file.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "handshake-opened-"))));
afterAll(() => rmSync(folder, { recursive: true }));

test("a workflow file is handed to the start sheet with its text, name and path", () => {
  const path = write("Daily.handshake", '{"format": 1}');
  expect(workflowOfFile(path)).toEqual({
    kind: "workflow",
    file: { text: '{"format": 1}', fileName: "Daily.handshake", path },
  });
});

test.for([
  ["another kind of file", () => write("notes.txt", ""), "it is no .handshake file"],
  ["none", () => join(folder, "gone.handshake"), "it cannot be read"],
  ["a folder", () => makeFolder("a.handshake"), "it is no ordinary file, or larger than 3 MB"],
  [
    "a large one",
    () => write("b.handshake", "a".repeat(3_000_001)),
    "it is no ordinary file, or larger than 3 MB",
  ],
  ["no text", () => write("c.handshake", Buffer.from([0xff, 0xfe])), "it is no text in UTF-8"],
] as const)("%s is refused", ([, make, why]) => {
  const opening = workflowOfFile(make());
  expect(opening.kind === "refused" && opening.message).toContain(`: ${why}.`);
});

test("[P5] a hostile name is said without what nobody sees", () => {
  const opening = workflowOfFile(join(folder, "a\u202Eevil\u001b]0;x\u0007.handshake"));
  expect(opening).toEqual({
    kind: "refused",
    message: "aevil.handshake was not opened: it cannot be read.",
  });
});

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function makeFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}
