import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createHandshake,
  eventually,
  jsonLines,
  objectsOf,
  type Handshake,
} from "./child-handshake.ts";
import { agent, endlessWorkflow, quickWorkflow, writeWorkflow } from "./workflow-fixtures.ts";

const anyText: unknown = expect.any(String);
const anyNumber: unknown = expect.any(Number);

let handshake: Handshake;

beforeEach(() => {
  handshake = createHandshake();
});
afterEach(() => handshake.remove());

describe("a kill -9 in the middle of a run", () => {
  test("[R4] [R3] [R8] trap: every start recovers: one right after the kill finds the run and marks it with one event, a second one nothing", async () => {
    await killInTheMiddle(endlessWorkflow(handshake.folder));
    const listed = await handshake.json(["runs"]);
    expect(listed).toMatchObject([{ status: "running" }]);
    const runId = String(listed[0]?.["id"]);

    const [report] = await handshake.json(["recover"]);
    expect(report).toMatchObject({
      type: "recovery",
      stalled: [{ runId, jobId: listed[0]?.["jobId"], reason: "crash", thresholdSecs: anyNumber }],
      poisoned: [],
    });
    const stalled = objectsOf(report, "stalled");
    expect(stalled[0]?.["lastHeartbeatAt"]).toMatch(/Z$/);

    const [again] = await handshake.json(["recover"]);
    expect(again).toMatchObject({ stalled: [], poisoned: [] });

    const [shown] = await handshake.json(["show", runId]);
    expect(shown).toMatchObject({
      run: { status: "stalled" },
      nodes: [
        { nodeId: "first", status: "completed" },
        {
          nodeId: "middle",
          status: "stalled",
          attempts: [{ number: 1, status: "failed", error: { code: "INTERRUPTED" } }],
        },
      ],
    });
    const recoveries = objectsOf(shown, "events").filter(
      ({ type }) => type === "workflow_recovery",
    );
    expect(recoveries).toMatchObject([
      { from: "running", to: "stalled", actor: { kind: "system" } },
    ]);
  });

  test("[X1] [X7] trap: resume does not start over: it goes on after the last recorded turn, counted outside the database", async () => {
    const ledger = join(handshake.folder, "ledger.txt");
    const turn = (name: string, thinkMs: number) => {
      return { name, thinkMs, tool: { appendTo: "ledger.txt", line: name } };
    };
    const file = writeWorkflow(handshake.folder, {
      id: "counted",
      nodes: [
        agent("one", [turn("one-a", 0), turn("one-b", 0)]),
        agent("two", [turn("two-a", 0), turn("two-b", 0), turn("two-c", 5_000), turn("two-d", 0)]),
        agent("three", [turn("three-a", 0)]),
      ],
      edges: [
        ["one", "two"],
        ["two", "three"],
      ],
      more: { capabilities: ["fs.write:."] },
    });
    const running = handshake.start(["run", file, "--json", "--allow", "fs.write:."]);
    await running.printed('"name":"two-b"');
    running.child.kill("SIGKILL");
    await running.ended;
    expect(readFileSync(ledger, "utf8")).toBe("one-a\none-b\ntwo-a\ntwo-b\n");

    const lines = await handshake.json(["resume", "last"]);
    expect(lines.at(-1)).toMatchObject({ type: "result", status: "completed" });
    expect(readFileSync(ledger, "utf8")).toBe(
      "one-a\none-b\ntwo-a\ntwo-b\ntwo-c\ntwo-d\nthree-a\n",
    );
    const started = lines.filter(({ event, to }) => event === "node.status" && to === "running");
    expect(started.map(({ nodeId }) => nodeId)).toEqual(["two", "three"]);
  });

  test("[X3] nothing but a person's resume takes a run out of stalled; the event names who", async () => {
    await killInTheMiddle(endlessWorkflow(handshake.folder));
    const other = await handshake.run(["run", quickWorkflow(handshake.folder)]);
    expect(other.code).toBe(0);
    expect(other.stderr).toContain("1 run was interrupted");
    const [stalled] = await handshake.json(["runs", "--status", "stalled"]);
    const runId = String(stalled?.["id"]);

    const resumed = handshake.start(["resume", runId, "--json"]);
    await resumed.printed('"nodeId":"middle","from":"queued","to":"running"');
    resumed.child.kill("SIGINT");
    expect((await resumed.ended).code).toBe(130);
    const [shown] = await handshake.json(["show", runId]);
    const events = objectsOf(shown, "events");
    expect(
      events.filter(({ from }) => from === "stalled").map(({ type, actor }) => [type, actor]),
    ).toEqual([
      ["run.resumed", { kind: "human", id: anyText, via: "cli" }],
      ["node.status", { kind: "human", id: anyText, via: "cli" }],
    ]);
  });

  test("[R4] a third crash in a row makes it poisoned: resumed only with the confirmation", async () => {
    const file = endlessWorkflow(handshake.folder);
    await killInTheMiddle(file);
    for (const round of [1, 2]) {
      const resumed = handshake.start(["resume", "last", "--json"]);
      await resumed.printed('"nodeId":"middle","from":"queued","to":"running"');
      resumed.child.kill("SIGKILL");
      const { stderr } = await resumed.ended;
      // The second unclean end within ten minutes: the engine starts because somebody asked for work.
      expect([round, stderr.includes('"type":"recovery"')]).toEqual([round, true]);
    }
    const [report] = await handshake.json(["recover"]);
    expect(report).toMatchObject({ stalled: [], poisoned: [{ reason: "crash", crashCount: 3 }] });

    const refused = await handshake.run(["resume", "last", "--json"]);
    expect([refused.code, jsonLines(refused.stderr).at(-1)]).toMatchObject([
      1,
      { code: "CONFLICT" },
    ]);
    const resumed = handshake.start(["resume", "last", "--confirm-poisoned"]);
    await eventually("the run runs again", async () => {
      const [run] = await handshake.json(["runs"]);
      return run?.["status"] === "running" ? run : null;
    });
    resumed.child.kill("SIGINT");
    const ended = await resumed.ended;
    expect([ended.code, ended.stderr.includes("ended uncleanly twice")]).toEqual([130, true]);
  });

  test("[X3] stored policies act at the next start, as their actor: resume-safe goes on, fail ends the run", async () => {
    const turns = [
      { name: "said", say: "working" },
      { name: "thinks", thinkMs: 5_000 },
    ];
    const goesOn = writeWorkflow(handshake.folder, {
      id: "goes-on",
      nodes: [agent("only", turns)],
      more: { onInterrupted: "resume-safe" },
    });
    await killInTheMiddle(
      endlessWorkflow(handshake.folder, { id: "gives-up", onInterrupted: "fail" }),
    );
    await killInTheMiddle(goesOn);

    // This process owns the folder then, and stays until the resumed run has ended, too.
    const { code } = await handshake.run(["run", quickWorkflow(handshake.folder)]);
    expect(code).toBe(0);
    const runs = await handshake.json(["runs"]);
    expect(runs.map(({ workflowId, status }) => [workflowId, status])).toEqual([
      ["quick", "completed"],
      ["goes-on", "completed"],
      ["gives-up", "failed"],
    ]);
    for (const [run, policy] of [
      [runs[1], "resume-safe"],
      [runs[2], "fail"],
    ] as const) {
      const [shown] = await handshake.json(["show", String(run?.["id"])]);
      const left = objectsOf(shown, "events").find(({ from }) => from === "stalled");
      expect(left).toMatchObject({ actor: { kind: "policy", id: policy } });
    }
  });

  async function killInTheMiddle(file: string): Promise<void> {
    const running = handshake.start(["run", file, "--json"]);
    await running.printed('"name":"said"');
    running.child.kill("SIGKILL");
    expect((await running.ended).code).toBe(null);
  }
});

describe("Ctrl-C", () => {
  test("leaves the run resumable, says how, and ends with exit code 130", async () => {
    const running = handshake.start(["run", endlessWorkflow(handshake.folder)]);
    await running.printed("working");
    running.child.kill("SIGINT");
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/interrupted .*\n.*handshake resume [0-9a-f-]{18}\n$/);
    expect(await handshake.json(["runs"])).toMatchObject([
      { status: "stalled", statusReason: "app_quit" },
    ]);
    // A clean end: nothing is left of its ownership, and the next start finds nothing.
    expect(existsSync(join(handshake.data, "control.sock"))).toBe(false);
    expect(await handshake.json(["recover"])).toMatchObject([{ stalled: [], poisoned: [] }]);
  });
});
