import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readUpdateConfig } from "./update-config.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "handshake-feed-"))));
afterAll(() => rmSync(folder, { recursive: true }));

test("a feed is named by its host", () => {
  const file = write("provider: generic\nurl: https://updates.example/app/\n");
  expect(readUpdateConfig(file)).toEqual({ file, host: "updates.example", publishers: [] });
});

test.for([
  ["a list", "publisherName:\n  - The Handshake developers\n  - Another\nprovider: generic\n"],
  ["one", "publisherName: The Handshake developers\nprovider: generic\n"],
] as const)("the publisher of a signed build is read from %s", ([, lines]) => {
  const config = readUpdateConfig(write(`${lines}url: 'https://updates.example'\n`));
  expect(config?.publishers[0]).toBe("The Handshake developers");
});

test.for([
  ["over plain HTTP", "url: http://updates.example/\n"],
  ["from a file", "url: file:///tmp\n"],
  ["that is none", "url: here\n"],
  ["without an address", "provider: generic\n"],
] as const)("a feed %s counts as none", ([, text]) => {
  expect(readUpdateConfig(write(text))).toBeNull();
});

test("a build without the file has no feed", () => {
  expect(readUpdateConfig(join(folder, "none.yml"))).toBeNull();
});

function write(text: string): string {
  const file = join(folder, "app-update.yml");
  writeFileSync(file, text);
  return file;
}
