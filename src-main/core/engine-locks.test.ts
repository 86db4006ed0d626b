import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { deadEngines, forgetEngines, holdEngineLock } from "./engine-locks.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handshake-engines-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const holder = { kind: "test", pid: process.pid, since: "" };

it("an engine that lives is not dead, and one that ended leaves nothing", async () => {
  const lock = await holdEngineLock(folder, "one", holder);
  expect(deadEngines(folder)).toEqual([]);
  lock.release();
  expect(deadEngines(folder)).toEqual([]);
  expect(existsSync(join(folder, "engines", "one"))).toBe(false);
});

it("[R4] an engine that was killed is provably dead at once, until it is forgotten", async () => {
  const module = fileURLToPath(new URL("./engine-locks.ts", import.meta.url));
  const script = `const { holdEngineLock } = await import(${JSON.stringify(module)});
    await holdEngineLock(${JSON.stringify(folder)}, "two", ${JSON.stringify(holder)});
    console.log("held"); setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  await once(child.stdout, "data");
  expect(deadEngines(folder)).toEqual([]);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(deadEngines(folder)).toEqual(["two"]);
  forgetEngines(folder, ["two"]);
  expect(deadEngines(folder)).toEqual([]);
});
