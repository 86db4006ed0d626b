import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tarBytes, tarOf, type TarFile } from "./tar-stream.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handshake-tar-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Buffer): TarFile {
  const path = join(folder, name.replaceAll("/", "-"));
  writeFileSync(path, content);
  return { name, path, bytes: content.length, changedAtMs: 1_700_000_000_000 };
}

async function archiveOf(files: readonly TarFile[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tarOf(files)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("the system's tar takes out what was put in, whatever its length", async () => {
  const contents = new Map([
    ["empty", Buffer.alloc(0)],
    ["one-block", Buffer.alloc(512, 1)],
    ["blobs/ab/odd", Buffer.from("not a whole block")],
    ["large", Buffer.alloc(300_001, 7)],
  ]);
  const files = [...contents].map(([name, content]) => file(name, content));
  const archive = await archiveOf(files);
  expect(archive.length).toBe(tarBytes(files));
  writeFileSync(join(folder, "copy.tar"), archive);
  const out = join(folder, "out");
  mkdirSync(out);
  execFileSync("tar", ["-xf", join(folder, "copy.tar"), "-C", out]);
  for (const [name, content] of contents) {
    expect([name, readFileSync(join(out, name)).equals(content)]).toEqual([name, true]);
  }
});

test("a file that got shorter ends it: no archive looks whole that is not", async () => {
  const shrunk = file("shrunk", Buffer.alloc(2_000, 3));
  truncateSync(shrunk.path, 1_000);
  await expect(archiveOf([shrunk])).rejects.toThrow("1000 bytes shorter");
});

test("a size that octal digits cannot say stands in the header as it is", async () => {
  const huge = { ...file("huge", Buffer.alloc(0)), bytes: 100_000_000_000 };
  for await (const head of tarOf([huge])) {
    writeFileSync(join(folder, "head.tar"), head);
    break;
  }
  const listed = execFileSync("sh", [
    "-c",
    `tar -tvf "$0" 2>/dev/null || true`,
    join(folder, "head.tar"),
  ]);
  expect(listed.toString()).toContain("100000000000");
});
