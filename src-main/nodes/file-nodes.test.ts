import { execFileSync } from "node:child_process";
import { lstat, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failureOf } from "./failure-of.fixture.ts";
import { granted, read, write } from "./files.fixture.ts";

const mkfifo = "mkfifo";

describe("file.read", () => {
  test("gives text, base64 or JSON, from the working directory on", async () => {
    await writeFile(join(granted, "a.json"), "\ufeff[1]\n");
    const path = join(granted, "a.json");
    expect(await read({ path: "a.json" })).toEqual({ path, bytes: 7, content: "[1]\n" });
    expect(await read({ path, encoding: "json" })).toEqual({ path, bytes: 7, content: [1] });
    expect(await read({ path, encoding: "base64" })).toEqual({
      path,
      bytes: 7,
      content: "77u/WzFdCg==",
    });
  });

  test("says what is wrong with a file", async () => {
    await writeFile(join(granted, "binary"), Buffer.from([0xff]));
    await mkdir(join(granted, "folder"));
    execFileSync(mkfifo, [join(granted, "pipe")]);
    const outcomes = [
      read({ path: "missing" }),
      read({ path: "no/folder" }),
      read({ path: "folder" }),
      read({ path: "pipe" }),
      read({ path: "binary" }),
      read({ path: "binary", encoding: "json" }),
      read({ path: "../granted/binary/x" }),
      read({ path: "a\0b" }),
    ].map(failureOf);
    expect((await Promise.all(outcomes)).map((error) => (error as { code: string }).code)).toEqual([
      "FILE_NOT_FOUND",
      "FILE_NOT_FOUND",
      "FILE_NO_FILE",
      "FILE_NO_FILE",
      "FILE_NOT_TEXT",
      "FILE_NOT_TEXT",
      "FILE_NO_ACCESS",
      "PATH_REFUSED",
    ]);
  });

  test("takes maxBytes and not one more", async () => {
    await writeFile(join(granted, "f"), "12345");
    expect(await read({ path: "f", maxBytes: 5 })).toMatchObject({ content: "12345" });
    expect(await failureOf(read({ path: "f", maxBytes: 4 }))).toMatchObject({
      code: "FILE_TOO_LARGE",
      retryable: false,
    });
    expect(await failureOf(read({ path: "f", maxBytes: 0 }))).toMatchObject({
      code: "FILE_TOO_LARGE",
    });
  });
});

describe("file.write", () => {
  test("replaces as a whole, keeps the mode and leaves nothing beside", async () => {
    await writeFile(join(granted, "f"), "old content", { mode: 0o640 });
    const before = await stat(join(granted, "f"));
    expect(await write({ path: "f", text: "grüß" })).toEqual({
      path: join(granted, "f"),
      bytes: 6,
    });
    const after = await stat(join(granted, "f"));
    expect([
      await readFile(join(granted, "f"), "utf8"),
      after.mode,
      after.ino === before.ino,
    ]).toEqual(["grüß", before.mode, false]);
    expect(await readdir(granted)).toEqual(["f"]);
  });

  test("writes JSON and base64", async () => {
    await write({ path: "j", json: { a: [1] } });
    await write({ path: "b", base64: "/+8" });
    expect([
      await readFile(join(granted, "j"), "utf8"),
      await readFile(join(granted, "b")),
    ]).toEqual(['{\n  "a": [\n    1\n  ]\n}\n', Buffer.from([0xff, 0xef])]);
  });

  test("appends, and makes the file when it is absent", async () => {
    await write({ path: "f", text: "a", mode: "append" });
    await write({ path: "f", text: "b", mode: "append" });
    expect(await readFile(join(granted, "f"), "utf8")).toBe("ab");
  });

  test("[X4] creates once; again with the same content is no error, with another it is", async () => {
    await write({ path: "f", text: "a", mode: "create" });
    await write({ path: "f", text: "a", mode: "create" });
    for (const text of ["b", "ab", ""]) {
      expect(await failureOf(write({ path: "f", text, mode: "create" }))).toMatchObject({
        code: "FILE_EXISTS",
        effectNotStarted: true,
      });
    }
    expect([await readFile(join(granted, "f"), "utf8"), await readdir(granted)]).toEqual([
      "a",
      ["f"],
    ]);
  });

  test("takes exactly one content, and base64 that is base64", async () => {
    for (const content of [{}, { text: "a", json: 1 }, { base64: "a*b=" }]) {
      expect(await failureOf(write({ path: "f", ...content }))).toMatchObject({
        code: "INVALID_INPUT",
        effectNotStarted: true,
      });
    }
  });

  test("does not replace a folder or write into a pipe", async () => {
    await mkdir(join(granted, "folder"));
    execFileSync(mkfifo, [join(granted, "pipe")]);
    for (const path of ["folder", "pipe"]) {
      for (const mode of ["replace", "append"]) {
        expect(await failureOf(write({ path, text: "x", mode }))).toMatchObject({
          code: "FILE_NO_FILE",
        });
      }
    }
    expect((await lstat(join(granted, "pipe"))).isFIFO()).toBe(true);
  });

  test("writes nothing when its node was cancelled while the capability was checked", async () => {
    const controller = new AbortController();
    const onCapability = () => Promise.resolve(controller.abort(new Error("cancelled")));
    expect(
      await failureOf(write({ path: "f", text: "x" }, { signal: controller.signal, onCapability })),
    ).toMatchObject({ message: "cancelled" });
    expect(await readdir(granted)).toEqual([]);
  });
});
