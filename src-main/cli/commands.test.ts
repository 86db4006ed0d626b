import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHandshake, jsonLines, objectsOf, type Handshake } from "./child-handshake.ts";
import { approvalWorkflow, quickWorkflow, writeWorkflow } from "./workflow-fixtures.ts";

let handshake: Handshake;
let quick: string;

beforeAll(() => {
  handshake = createHandshake();
  quick = quickWorkflow(handshake.folder);
});
afterAll(() => handshake.remove());

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("run", () => {
  test("[X2] prints every event and ends with the result; exit code 0 when it completed", async () => {
    const lines = await handshake.json(["run", quick]);
    expect(lines.map(({ type, event, nodeId, to }) => [type, event, nodeId, to])).toEqual([
      ["event", "run.created", null, null],
      ["event", "run.status", null, "running"],
      ["event", "node.status", "one", "running"],
      ["event", "node.status", "one", "completed"],
      ["event", "node.status", "two", "running"],
      ["event", "node.status", "two", "completed"],
      ["event", "run.status", null, "completed"],
      ["result", undefined, undefined, undefined],
    ]);
    expect(lines.at(-1)).toMatchObject({ status: "completed", output: 4, error: null });
  });

  test("tells a person the same in lines, without colours when it is not a terminal", async () => {
    const { code, stdout, stderr } = await handshake.run(["run", quick]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}✓ one .*\n {2}✓ two .*\ncompleted {2}quick .*\n {2}4\n$/);
    expect(stderr).toMatch(/^Run [0-9a-f-]{18}\n$/);
  });

  test("ends with exit code 1 and the error when a step fails", async () => {
    const file = writeWorkflow(handshake.folder, {
      id: "fails",
      nodes: [{ id: "bad", type: "fail", with: { message: "No luck.", code: "NO_LUCK" } }],
    });
    const lines = await handshake.json(["run", file], 1);
    expect(lines.at(-1)).toMatchObject({
      type: "result",
      status: "failed",
      error: { code: "NO_LUCK", message: "No luck.", nodePath: "bad" },
    });
  });

  test("the same request key twice is one run", async () => {
    const [first, second] = [
      await handshake.json(["run", quick, "--request-key", "once"]),
      await handshake.json(["run", quick, "--request-key", "once"]),
    ];
    expect(second.at(-1)).toEqual(first.at(-1));
    expect(second).toHaveLength(first.length);
  });

  test("takes its input from text, from a file and from standard input", async () => {
    const file = writeWorkflow(handshake.folder, {
      id: "echo",
      nodes: [{ id: "echo", type: "transform", with: { value: "=input.word" } }],
      more: {
        input: { type: "object", required: ["word"], properties: { word: { type: "string" } } },
        output: "=nodes.echo.output",
      },
    });
    writeFileSync(join(handshake.folder, "input.json"), '{"word": "file"}');
    const outputs = await Promise.all([
      handshake.run(["run", file, "--json", "--input", '{"word": "text"}']),
      handshake.run(["run", file, "--json", "--input", "@input.json"]),
      handshake.run(["run", file, "--json", "--input", "@-"], { stdin: '{"word": "stdin"}' }),
    ]);
    expect(outputs.map(({ stdout }) => jsonLines(stdout).at(-1)?.["output"])).toEqual([
      "text",
      "file",
      "stdin",
    ]);
  });
});

describe("runs and show", () => {
  test("list runs, newest first, by state, and one with everything that is stored of it", async () => {
    const [result] = (await handshake.json(["run", quick])).slice(-1);
    const listed = await handshake.json(["runs", "--status", "completed,failed", "--limit", "2"]);
    expect(listed).toHaveLength(2);
    expect(listed[0]).toMatchObject({
      id: result?.["runId"],
      workflowId: "quick",
      status: "completed",
      jobId: result?.["jobId"],
    });
    for (const member of ["createdAt", "startedAt", "finishedAt"]) {
      expect(listed[0]?.[member]).toMatch(time);
    }

    const prefix = String(result?.["runId"]).slice(0, 18);
    const [shown] = await handshake.json(["show", prefix]);
    expect(shown).toMatchObject({
      run: { id: result?.["runId"], status: "completed", input: {}, output: 4, error: null },
      nodes: [
        {
          nodeId: "one",
          type: "transform",
          status: "completed",
          sequence: 1,
          iteration: "",
          input: { value: 2 },
          output: 2,
          error: null,
          attempts: [{ number: 1, status: "completed", error: null }],
        },
        { nodeId: "two", sequence: 2, input: { value: 4 }, output: 4 },
      ],
    });
    const events = objectsOf(shown, "events");
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({
      type: "run.created",
      actor: { kind: "human", via: "cli" },
      nodeId: null,
      from: null,
      to: null,
      reason: null,
    });
    expect(events.at(-1)).toMatchObject({ type: "run.status", from: "running", to: "completed" });
    expect(events.at(-1)?.["at"]).toMatch(time);

    const { code, stdout } = await handshake.run(["show", "last"]);
    expect(code).toBe(0);
    expect(stdout).toContain("queued → running");
  });
});

describe("answer, cancel, fail", () => {
  test("[U3] a run that waits for a person ends with exit code 3, and goes on with the answer", async () => {
    const asks = approvalWorkflow(handshake.folder);
    const waiting = await handshake.json(["run", asks], 3);
    expect(waiting.at(-1)).toMatchObject({ type: "result", status: "awaiting_user", output: null });
    const runId = String(waiting.at(-1)?.["runId"]);

    const refused = await handshake.run(["answer", runId, "nowhere", "{}", "--json"]);
    expect([refused.code, jsonLines(refused.stderr)[0]?.["type"]]).toEqual([
      expect.any(Number),
      "error",
    ]);
    expect(refused.code).not.toBe(0);

    const answered = await handshake.json(["answer", runId, "ok", '{"approved": true}']);
    expect(answered.at(-1)).toMatchObject({
      type: "result",
      runId,
      status: "completed",
      output: true,
    });
    const [shown] = await handshake.json(["show", runId]);
    const events = objectsOf(shown, "events");
    expect(
      events.find(({ nodeId, from }) => nodeId === "ok" && from === "awaiting_user"),
    ).toMatchObject({
      actor: { kind: "human", via: "cli" },
    });
  });

  test("[W6] a waiting run is cancelled or marked failed with a reason; a second time is a conflict", async () => {
    const asks = approvalWorkflow(handshake.folder);
    const [first, second] = [
      (await handshake.json(["run", asks], 3)).at(-1)?.["runId"],
      (await handshake.json(["run", asks], 3)).at(-1)?.["runId"],
    ];
    const cancelled = await handshake.json(["cancel", String(first), "--reason", "not today"], 1);
    expect(cancelled).toMatchObject([
      { type: "result", status: "cancelled", statusReason: "not today" },
    ]);
    const failed = await handshake.json(["fail", String(second)], 1);
    expect(failed).toMatchObject([{ type: "result", status: "failed" }]);

    const again = await handshake.run(["cancel", String(first), "--json"]);
    expect([again.code, jsonLines(again.stderr)]).toMatchObject([
      1,
      [{ type: "error", code: "CONFLICT" }],
    ]);
  });
});

describe("retry, rerun, fork", () => {
  test("[X2] retry takes over what succeeded, rerun starts over, both as runs of the same job; fork is another job", async () => {
    const file = writeWorkflow(handshake.folder, {
      id: "half",
      nodes: [
        { id: "good", type: "transform", with: { value: "=$random()" } },
        { id: "bad", type: "fail", with: { message: "No." } },
      ],
      edges: [["good", "bad"]],
    });
    const source = (await handshake.json(["run", file], 1)).at(-1);
    const reference = String(source?.["runId"]);
    const random = await outputOf(reference, "good");

    const retried = (await handshake.json(["retry", reference], 1)).at(-1);
    expect(retried?.["jobId"]).toBe(source?.["jobId"]);
    expect(await outputOf(String(retried?.["runId"]), "good")).toBe(random);

    const rerun = (await handshake.json(["rerun", reference], 1)).at(-1);
    expect(rerun?.["jobId"]).toBe(source?.["jobId"]);
    expect(await outputOf(String(rerun?.["runId"]), "good")).not.toBe(random);

    const forked = (await handshake.json(["fork", reference, "bad"], 1)).at(-1);
    expect(forked?.["jobId"]).not.toBe(source?.["jobId"]);
    expect(await outputOf(String(forked?.["runId"]), "good")).toBe(random);
  });

  async function outputOf(run: string, nodeId: string): Promise<unknown> {
    const [shown] = await handshake.json(["show", run]);
    return objectsOf(shown, "nodes").find((node) => node["nodeId"] === nodeId)?.["output"];
  }
});

describe("validate, schema, secret, doctor, help", () => {
  test("validate says what a file needs, and creates no data folder", async () => {
    const elsewhere = join(handshake.folder, "never");
    const [valid, schema] = await Promise.all([
      handshake.json(["validate", quick, "--data", elsewhere]),
      handshake.json(["schema"]),
    ]);
    expect(valid).toMatchObject([
      { type: "valid", id: "quick", nodes: 2, edges: 1, capabilities: [] },
    ]);
    expect(schema[0]).toMatchObject({ $schema: expect.any(String) as unknown, type: "object" });
    await expect(handshake.run(["runs", "--data", elsewhere, "--json"])).resolves.toMatchObject({
      code: 4,
      stderr: expect.stringContaining('"code":"NOT_FOUND"') as unknown,
    });
  });

  test("[F3] secrets of the environment are listed by name, never by value", async () => {
    const { code, stdout, stderr } = await handshake.run(["secret", "list"], {
      env: { HANDSHAKE_SECRET_NEWS_KEY: "s3cret-value" },
    });
    expect([code, stdout]).toEqual([0, "NEWS_KEY  (environment)\n"]);
    expect(stderr).not.toContain("s3cret");
  });

  test("[D3] doctor reads versions, settings, owner, space, the newest backup and integrity", async () => {
    await handshake.json(["recover"]);
    const [report] = await handshake.json(["doctor", "--full"]);
    expect(report).toMatchObject({
      type: "doctor",
      dataFolder: handshake.data,
      owner: null,
      storage: { backend: "sqlite", settings: { journal_mode: "wal", synchronous: "2" } },
      problems: [],
      error: null,
    });
    expect(report?.["freeBytes"]).toBeGreaterThan(0);
    expect(report?.["newestBackup"]).toMatchObject({ reason: "quit", schemaVersion: 1 });
    expect((await handshake.run(["doctor"])).stdout).toMatch(/^newest backup +.+Z \(quit\)$/m);
  });

  test("help is there for everything, and an unknown name gets the nearest one", async () => {
    const [overview, one, command, option] = await Promise.all([
      handshake.run(["--help"]),
      handshake.run(["resume", "--help"]),
      handshake.run(["resum"]),
      handshake.run(["runs", "--limt", "3"]),
    ]);
    expect([overview.code, one.code, command.code, option.code]).toEqual([0, 0, 2, 2]);
    expect(overview.stdout).toContain("130 interrupted");
    expect(one.stdout).toContain("--confirm-poisoned");
    expect(command.stderr).toBe('There is no command "resum". Did you mean resume?\n');
    expect(option.stderr).toBe("There is no option --limt. Did you mean --limit?\n");
  });
});
