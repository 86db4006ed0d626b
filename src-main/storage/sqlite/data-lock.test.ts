import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { readLockHolder, takeDataLock } from "./data-lock.ts";
import { containing, testFolder } from "./sqlite-fixture.conformance.ts";

const holder = { kind: "test", pid: process.pid, since: "2026-01-01T00:00:00.000Z" };

test("a folder has one owner: a second holder in this process is refused, and after the release it is free", () => {
  const folder = testFolder();
  const lock = takeDataLock(folder, holder);
  expect(() => takeDataLock(folder, holder)).toThrow(
    expect.objectContaining({ code: "IN_USE", details: holder }),
  );
  expect(readLockHolder(folder)).toEqual(holder);
  lock.release();
  lock.release();
  expect(readLockHolder(folder)).toBeNull();
  takeDataLock(folder, holder).release();
});

test("a disk that takes no name leaves the folder free for the next try", () => {
  const folder = testFolder();
  const holderFile = join(folder, "lock-holder.json");
  mkdirSync(holderFile);
  expect(() => takeDataLock(folder, holder)).toThrow("lock-holder.json");
  rmdirSync(holderFile);
  takeDataLock(folder, holder).release();
});

test("[R4] another process that holds the folder is named, and its death frees the folder at once", async () => {
  const folder = testFolder();
  const code = `
    import { takeDataLock } from ${JSON.stringify(fileURLToPath(new URL("./data-lock.ts", import.meta.url)))};
    takeDataLock(process.argv[1], { kind: "handshake serve", pid: process.pid, since: "2026-01-01T00:00:00.000Z" });
    globalThis.gc();
    console.log("held");
    setInterval(() => globalThis.gc(), 10);`;
  const child = spawn(
    process.execPath,
    ["--expose-gc", "--input-type=module", "-e", code, folder],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  expect(() => takeDataLock(folder, holder)).toThrow(
    expect.objectContaining({
      code: "IN_USE",
      message: containing(`handshake serve (pid ${String(child.pid)}`),
    }),
  );
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  takeDataLock(folder, holder).release();
});
