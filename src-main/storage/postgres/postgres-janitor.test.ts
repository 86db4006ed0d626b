import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import * as z from "zod";
import { startPostgresServer } from "./postgres-server.conformance.ts";

const Told = z.object({ pid: z.number(), folder: z.string() });

/** A process that holds a server of its own, as a test worker does. */
const holder = `
import { startPostgresServer } from ${JSON.stringify(new URL("./postgres-server.conformance.ts", import.meta.url).href)};
const { pid, folder } = await startPostgresServer();
console.log(JSON.stringify({ pid, folder }));
`;

test.skipIf(process.platform === "win32")(
  "a server does not outlive the tests that started it, also when they are killed",
  async (context) => {
    try {
      await (await startPostgresServer()).stop();
    } catch (error) {
      context.skip(`no PostgreSQL server: ${String(error)}`);
    }
    const tests = spawn(process.execPath, ["--input-type=module", "-e", holder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve) => {
      createInterface(tests.stdout).once("line", resolve);
    });
    const { pid, folder } = Told.parse(JSON.parse(line));
    expect([isThere(pid), existsSync(folder)]).toEqual([true, true]);
    tests.kill("SIGKILL");
    await expect
      .poll(() => [isThere(pid), existsSync(folder)], { timeout: 30_000 })
      .toEqual([false, false]);
  },
);

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
