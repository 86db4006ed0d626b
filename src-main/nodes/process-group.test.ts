import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { ChildProcessRecord } from "../../app/engine/node-registry.ts";
import { endSurvivor, readProcessStartTime } from "./child-process-identity.ts";
import { failureOf } from "./failure-of.fixture.ts";
import { endProcessGroup } from "./process-group.ts";
import { shellExec } from "./shell-exec.ts";
import { abortOnFirstLine, folder, node, run, script } from "./shell.fixture.ts";

describe("a process group", () => {
  test("[X4] is stored before the program starts", async () => {
    const marker = join(folder, "started");
    let record: ChildProcessRecord | null = null;
    const registered: unknown[] = [];
    const { output } = run(
      { command: "sh", args: ["-c", 'echo $$ > "$0"', marker] },
      {
        registerChildProcess: async (child) => {
          record = child;
          // One that starts later and is not held back has ended before we look.
          await promisify(execFile)(node, ["-e", ""]);
          registered.push(
            existsSync(marker),
            child.startTime === (await readProcessStartTime(child.pid)),
          );
        },
      },
    );
    await output;
    expect(registered).toEqual([false, true]);
    // The leader of the stored group is the program itself, not something in between.
    expect(record).toMatchObject({ pid: Number(await readFile(marker, "utf8")) });
  });

  test("[X4] that could not be stored never starts its program", async () => {
    const marker = join(folder, "started");
    let pid = 0;
    const { output } = run(script("fs.writeFileSync(process.argv[1], '')", marker), {
      registerChildProcess: (child) => {
        pid = child.pid;
        return Promise.reject(new Error("storage is down"));
      },
    });
    expect(await failureOf(output)).toMatchObject({ message: "storage is down" });
    expect([existsSync(marker), await readProcessStartTime(pid)]).toEqual([false, null]);
  });

  test("[X4] whose engine is killed before it was stored ends without starting its program", async () => {
    const marker = join(folder, "started");
    const gated = new URL("./gated-spawn.ts", import.meta.url).href;
    const engine = spawn(
      node,
      [
        "--input-type=module",
        "-e",
        `
      const { spawnBehindGate } = await import(${JSON.stringify(gated)});
      const { child } = spawnBehindGate({ program: "/usr/bin/touch", args: [${JSON.stringify(marker)}], cwd: "/", env: {}, hasInput: false });
      console.log(child.pid);
      setInterval(() => {}, 1000);
    `,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = (await once(engine.stdout, "data")) as [Buffer];
    const gate = Number(line.toString());
    expect(await readProcessStartTime(gate)).not.toBeNull();
    engine.kill("SIGKILL");
    await expect
      .poll(() => readProcessStartTime(gate), { timeout: 30_000, interval: 10 })
      .toBeNull();
    expect(existsSync(marker)).toBe(false);
  });

  test("ends with its program's descendants when the node is aborted", async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const { context } = abortOnFirstLine(controller, pids);
    const parent = `
      const args = ["-e", "setInterval(() => {}, 1000)"];
      console.log(child_process.spawn(process.execPath, args, { stdio: "inherit" }).pid);
      setInterval(() => {}, 1000);
    `;
    const running = Promise.resolve(
      shellExec({ workingDirectory: folder }).execute(script(parent), context),
    );
    expect(await failureOf(running)).toBe(controller.signal.reason);
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(await readProcessStartTime(pid)).toBeNull();
  });

  test("that does not end by SIGTERM is killed after the grace", async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const { context } = abortOnFirstLine(controller, pids);
    // Within the grace it has to get round to saying no, also on a busy machine.
    const stubborn =
      'process.on("SIGTERM", () => console.log("no")); console.log(process.pid); setInterval(() => {}, 1000)';
    const running = Promise.resolve(
      shellExec({ workingDirectory: folder, graceMs: 3_000 }).execute(script(stubborn), context),
    );
    expect(await failureOf(running)).toBe(controller.signal.reason);
    expect(context.lines.map(({ message }) => message)).toContain("no");
    for (const pid of pids) expect(await readProcessStartTime(pid)).toBeNull();
  });

  test("leaves nothing behind when its program ends", async () => {
    const { output } = run({ command: "sh", args: ["-c", "sleep 600 & echo $!"] });
    const { stdout } = (await output) as { stdout: string };
    expect(await readProcessStartTime(Number(stdout))).toBeNull();
  });

  test("is not started when the node is aborted already", async () => {
    const { output } = run(script(`fs.writeFileSync("x", "")`), {
      signal: AbortSignal.abort(new Error("over")),
    });
    expect(await failureOf(output)).toMatchObject({ message: "over" });
    expect(existsSync(join(folder, "x"))).toBe(false);
  });

  test("[P3] is never everything, nor ours", async () => {
    for (const group of [0, -1, 1, 1.5, Number.NaN])
      await expect(endProcessGroup(group)).rejects.toThrow(RangeError);
  });
});

describe("a survivor", () => {
  test("is ended when it is the same process", async () => {
    const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    const exit = once(child, "exit");
    const pid = child.pid ?? 0;
    const startTime = (await readProcessStartTime(pid)) ?? "";
    expect(await endSurvivor({ pid, startTime })).toBe("ended");
    expect(await exit).toEqual([null, "SIGTERM"]);
    expect(await endSurvivor({ pid, startTime })).toBe("gone");
  });

  test("is left alone when its number belongs to another process", async () => {
    const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    const pid = child.pid ?? 0;
    const startTime = (await readProcessStartTime(pid)) ?? "";
    expect(await endSurvivor({ pid, startTime: `${startTime}0` })).toBe("not_the_same");
    expect(await readProcessStartTime(pid)).toBe(startTime);
    const exit = once(child, "exit");
    child.kill();
    await exit;
  });

  test("has a start time whatever its name is", async () => {
    const program = join(folder, "a) S 1 (b");
    await writeFile(program, "#!/bin/sh\nread -r line\n", { mode: 0o755 });
    const child = spawn(program, [], { stdio: ["pipe", "ignore", "ignore"] });
    const later = spawn("sleep", ["600"], { stdio: "ignore" });
    const times = await Promise.all(
      [process.pid, child.pid, later.pid].map((pid) => readProcessStartTime(pid ?? 0)),
    );
    expect(times[1]).toMatch(/^[0-9a-f-]{36}\/\d+$/);
    const ticks = times.map((time) => Number(time?.split("/")[1]));
    expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks);
    later.kill();
    child.stdin.end();
    await once(child, "exit");
  });
});
