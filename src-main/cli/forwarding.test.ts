import { lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHandshake, jsonLines, type Handshake, type Running } from "./child-handshake.ts";
import {
  agent,
  approvalWorkflow,
  endlessWorkflow,
  quickWorkflow,
  writeWorkflow,
} from "./workflow-fixtures.ts";

let handshake: Handshake;

beforeEach(() => {
  handshake = createHandshake();
});
afterEach(() => handshake.remove());

describe("while another process owns the data folder", () => {
  test("reading commands work beside it", async () => {
    const owner = await startOwner();
    const [runs, shown, doctor] = await Promise.all([
      handshake.json(["runs"]),
      handshake.json(["show", "last"]),
      handshake.json(["doctor"]),
    ]);
    expect(runs).toMatchObject([{ status: "running", workflowId: "endless" }]);
    expect(shown[0]).toMatchObject({
      nodes: [{ nodeId: "first" }, { nodeId: "middle", status: "running" }],
    });
    expect(doctor[0]).toMatchObject({ owner: { kind: "handshake run", pid: owner.child.pid } });
  });

  test.skipIf(process.platform === "win32")("its socket is for nobody but the user", async () => {
    await startOwner();
    expect(lstatSync(join(handshake.data, "control.sock")).mode & 0o777).toBe(0o600);
    expect(lstatSync(handshake.data).mode & 0o777).toBe(0o700);
  });

  test("acting commands are performed by it: run with its events, answer, cancel, rerun, retry, fork", async () => {
    const owner = await startOwner();
    const run = await handshake.json(["run", quickWorkflow(handshake.folder)]);
    expect(run.map(({ type, to }) => [type, to])).toEqual([
      ["event", null],
      ["event", "running"],
      ["event", "running"],
      ["event", "completed"],
      ["event", "running"],
      ["event", "completed"],
      ["event", "completed"],
      ["result", undefined],
    ]);
    expect(run.at(-1)).toMatchObject({ status: "completed", output: 4 });
    const runId = String(run.at(-1)?.["runId"]);

    const waiting = await handshake.json(["run", approvalWorkflow(handshake.folder)], 3);
    const asks = String(waiting.at(-1)?.["runId"]);
    const [answered, rerun, forked] = await Promise.all([
      handshake.json(["answer", asks, "ok", '{"approved": false}']),
      handshake.json(["rerun", runId]),
      handshake.json(["fork", runId, "two"]),
    ]);
    expect(answered.at(-1)).toMatchObject({ runId: asks, status: "completed", output: false });
    expect(rerun.at(-1)).toMatchObject({ status: "completed", output: 4 });
    expect(forked.at(-1)).toMatchObject({ status: "completed", output: 4 });

    const retried = await handshake.run(["retry", runId, "--json"]);
    expect([retried.code, jsonLines(retried.stderr)]).toMatchObject([
      1,
      [{ type: "error", code: "CONFLICT" }],
    ]);

    const [own] = (await handshake.json(["runs"])).slice(-1);
    const cancelled = await handshake.run(["cancel", String(own?.["id"])]);
    expect(cancelled.stderr).toContain(`\`handshake run\` (pid ${owner.child.pid})`);
    // The owner's own run was cancelled, so the owner ends, as a failed one.
    expect((await owner.ended).code).toBe(1);
  });

  test("[R6] recover needs the ownership itself: exit code 4 names the owner, and the run lives on", async () => {
    const owner = await startOwner();
    const { code, stderr } = await handshake.run(["recover"]);
    expect(code).toBe(4);
    expect(stderr).toContain(`handshake run (pid ${owner.child.pid}, since `);
    expect(await handshake.json(["runs"])).toMatchObject([{ status: "running" }]);
  });

  test("[X6] two resumes at once: one goes on with the run, the other is told that somebody was faster", async () => {
    const file = endlessWorkflow(handshake.folder);
    const first = handshake.start(["run", file, "--json"]);
    await first.printed('"name":"said"');
    first.child.kill("SIGINT");
    await first.ended;

    const resumes = [
      handshake.start(["resume", "last", "--json"]),
      handshake.start(["resume", "last", "--json"]),
    ];
    const loser = await Promise.race(resumes.map(({ ended }) => ended));
    expect([loser.code, jsonLines(loser.stderr).at(-1)]).toMatchObject([
      1,
      { type: "error", code: "CONFLICT" },
    ]);
    const [shown] = await handshake.json(["show", "last"]);
    expect(shown).toMatchObject({
      nodes: [{}, { nodeId: "middle", attempts: [{ number: 1 }, { number: 2 }] }],
    });
    for (const { child } of resumes) child.kill("SIGINT");
    const codes = await Promise.all(resumes.map(async ({ ended }) => (await ended).code));
    expect(codes.toSorted((a, b) => Number(a) - Number(b))).toEqual([1, 130]);
  });

  test("the owner stays until the runs that others wait for have ended", async () => {
    // Ends once the guest's run is on its way, whenever that is.
    const shell = `shell:${process.execPath}`;
    const short = writeWorkflow(handshake.folder, {
      id: "short",
      nodes: [
        {
          id: "only",
          type: "shell.exec",
          with: {
            command: process.execPath,
            args: [
              "-e",
              'console.log("up"); setInterval(() => fs.existsSync("go") && process.exit(), 50)',
            ],
          },
        },
      ],
      more: { capabilities: [shell] },
    });
    const long = writeWorkflow(handshake.folder, {
      id: "long",
      nodes: [
        agent("only", [
          { name: "said", say: "working" },
          { name: "thinks", thinkMs: 2_500 },
        ]),
      ],
    });
    const owner = handshake.start(["run", short, "--json", "--allow", shell]);
    await owner.printed('"up"');
    const guest = handshake.start(["run", long, "--json"]);
    await guest.printed('"name":"said"');
    writeFileSync(join(handshake.folder, "go"), "");
    await owner.printed('"status":"completed"');
    const [ownerEnded, guestEnded] = await Promise.all([owner.ended, guest.ended]);
    expect([ownerEnded.code, guestEnded.code]).toEqual([0, 0]);
    expect(jsonLines(guestEnded.stdout).at(-1)).toMatchObject({ status: "completed" });
  });

  test("when the owner is ended by Ctrl-C the others' runs are left resumable, and they are told", async () => {
    const owner = await startOwner();
    const guest = handshake.start([
      "run",
      endlessWorkflow(handshake.folder, { id: "guest" }),
      "--json",
    ]);
    await guest.printed('"name":"said"');
    owner.child.kill("SIGINT");
    const [ownerEnded, guestEnded] = await Promise.all([owner.ended, guest.ended]);
    expect([ownerEnded.code, guestEnded.code]).toEqual([130, 3]);
    expect(jsonLines(guestEnded.stdout).at(-1)).toMatchObject({
      type: "result",
      status: "stalled",
    });
  });

  test("when the owner is killed, exit code 3 says how the run goes on", async () => {
    const owner = await startOwner();
    const guest = handshake.start(["run", endlessWorkflow(handshake.folder, { id: "guest" })]);
    await guest.printed("working");
    owner.child.kill("SIGKILL");
    const { code, stderr } = await guest.ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/handshake resume [0-9a-f-]{18}/);
    // The dead owner's socket and lock are no obstacle.
    expect(await handshake.json(["recover"])).toMatchObject([{ stalled: [{}, {}] }]);
  });

  test("Ctrl-C in a command that was forwarded leaves the run to the owner", async () => {
    const owner = await startOwner();
    const guest = handshake.start(["run", endlessWorkflow(handshake.folder, { id: "guest" })]);
    await guest.printed("working");
    guest.child.kill("SIGINT");
    const { code, stderr } = await guest.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`goes on in \`handshake run\` (pid ${owner.child.pid})`);
    expect(await handshake.json(["runs"])).toMatchObject([
      { status: "running" },
      { status: "running" },
    ]);
  });

  test("[R1] starts at the same moment on a new folder: one owns it, all run, none is lost", async () => {
    const file = quickWorkflow(handshake.folder);
    const ended = await Promise.all(
      Array.from({ length: 4 }, () => handshake.run(["run", file, "--json"])),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const runs = await handshake.json(["runs", "--status", "completed"]);
    expect(runs).toHaveLength(4);
  });
});

async function startOwner(): Promise<Running> {
  const owner = handshake.start(["run", endlessWorkflow(handshake.folder), "--json"]);
  await owner.printed('"name":"said"');
  return owner;
}
