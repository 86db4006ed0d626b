import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHandshake, jsonLines, type Ended, type Handshake } from "./child-handshake.ts";
import { agent, endlessWorkflow, writeWorkflow } from "./workflow-fixtures.ts";

let handshake: Handshake;
/** Where the run is started, and where everything else happens. */
let first: string;
let other: string;

beforeEach(() => {
  handshake = createHandshake();
  [first, other] = ["first", "other"].map((name) => {
    const folder = join(realpathSync(handshake.folder), name);
    mkdirSync(folder);
    return folder;
  }) as [string, string];
});
afterEach(() => handshake.remove());

describe("a run's relative paths begin in the folder that it was started in", () => {
  test("after a kill and a resume from another folder", async () => {
    const file = writeWorkflow(first, {
      id: "writes-late",
      nodes: [
        agent("waits", [
          { name: "said", say: "working" },
          { name: "thinks", thinkMs: 5_000 },
        ]),
        writes,
        says,
      ],
      edges: [
        ["waits", "writes"],
        ["writes", "says"],
      ],
      more: permissions,
    });
    const running = handshake.start(["run", file, ...allowed, "--json"], { cwd: first });
    await running.printed('"name":"said"');
    running.child.kill("SIGKILL");
    await running.ended;

    const resumed = await handshake.run(["resume", "last", "--json"], { cwd: other });
    expect(resultOf(resumed)).toMatchObject({ status: "completed", output: first });
    expectWrittenInFirst();
  });

  test("when another process performs it, and when it is run again or forked from elsewhere", async () => {
    const owner = handshake.start(["run", endlessWorkflow(handshake.folder), "--json"], {
      cwd: other,
    });
    await owner.printed('"name":"said"');
    const file = writeWorkflow(first, {
      id: "writes",
      nodes: [writes, says],
      edges: [["writes", "says"]],
      more: permissions,
    });
    const ran = resultOf(await handshake.run(["run", file, ...allowed, "--json"], { cwd: first }));
    expect(ran).toMatchObject({ status: "completed", output: first });
    const runId = String(ran?.["runId"]);
    for (const command of [
      ["rerun", runId],
      ["fork", runId, "writes"],
    ]) {
      expectWrittenInFirst();
      const again = await handshake.run([...command, "--json"], { cwd: other });
      expect(resultOf(again)).toMatchObject({ status: "completed", output: first });
    }
    expectWrittenInFirst();
  });
});

const writes = { id: "writes", type: "file.write", with: { path: "out.txt", text: "written" } };
const says = {
  id: "says",
  type: "shell.exec",
  with: { command: process.execPath, args: ["-e", "process.stdout.write(process.cwd())"] },
};
const permissions = {
  capabilities: ["fs.write:.", `shell:${process.execPath}`],
  output: "=nodes.says.output.stdout",
};
const allowed = permissions.capabilities.flatMap((capability) => ["--allow", capability]);

function resultOf({ stdout, stderr }: Ended) {
  const line = jsonLines(stdout).at(-1);
  return line ?? expect.unreachable(stderr);
}

function expectWrittenInFirst(): void {
  const file = join(first, "out.txt");
  expect([readFileSync(file, "utf8"), existsSync(join(other, "out.txt"))]).toEqual([
    "written",
    false,
  ]);
  rmSync(file);
}
