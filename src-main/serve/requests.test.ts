import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkflowChoice } from "../../app/contract/workflow-choice.ts";
import type { JobState } from "../../app/model/job.ts";
import type { JsonValue } from "../../app/model/json.ts";
import { asks, endless, quick, serveBed, workflowText, type ServedBed } from "./served.fixture.ts";
import { eventually, type Tab } from "./tab.fixture.ts";

// The real thing but the browser: core thread, reader thread, storage, socket.

let bed: ServedBed;
let tab: Tab;
beforeAll(async () => {
  bed = await serveBed();
  tab = await bed.tab();
});
afterAll(() => bed.close());

let presses = 0;
async function start(
  workflow: WorkflowChoice,
  more: {
    readonly grants?: string[];
    readonly input?: JsonValue;
    readonly remember?: boolean;
  } = {},
): Promise<string> {
  const requestKey = `test-press-${(presses += 1)}`;
  const { grants = [], ...rest } = more;
  return (await tab.request("run.start", { workflow, grants, requestKey, ...rest })).runId;
}

async function untilStatus(runId: string, status: JobState) {
  return eventually(`run ${runId} is ${status}`, async () => {
    const { run } = await tab.request("run.get", { runId });
    return run.status === status ? run : null;
  });
}

describe("[S10] a run through typed messages", () => {
  test("[U1] shows its nodes, inputs, outputs, attempts and events", async () => {
    const runId = await start(quick);
    await untilStatus(runId, "completed");
    const whole = await tab.request("run.get", { runId });
    expect(whole.run).toMatchObject({ title: "The quick", status: "completed", nodesDone: 2 });
    expect(whole.counts).toMatchObject({ completed: 2, running: 0 });
    expect(
      whole.nodes.map(({ name, status, currentAttempt }) => [name, status, currentAttempt?.number]),
    ).toEqual([
      ["Add", "completed", 1],
      ["two", "completed", 1],
    ]);
    expect(whole.job.runs.map((run) => run.runId)).toEqual([runId]);
    const [first] = whole.nodes;
    const nodeExecutionId = first?.nodeExecutionId ?? "";
    const slot = { of: "node", nodeExecutionId, slot: "output" } as const;
    const { payload } = await tab.request("run.payload.slice", { slot });
    expect(payload).toMatchObject({ text: "2", value: 2, next: null, totalBytes: 1 });
    const { attempts } = await tab.request("run.attempts", { nodeExecutionId });
    expect(attempts).toMatchObject([{ number: 1, status: "completed" }]);
    const { events, next } = await tab.request("run.events", { runId, limit: 3 });
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(next).toBe(3);
    const outline = await tab.request("run.outline", { runId });
    expect(outline.nodes.map(({ nodeId, after }) => [nodeId, after])).toEqual([
      ["one", []],
      ["two", ["one"]],
    ]);
  });

  test("[U3] is started and answered by a human, by name", async () => {
    const runId = await start(asks);
    await untilStatus(runId, "awaiting_user");
    const { run } = await tab.request("run.get", { runId });
    expect(run.step).toEqual({ nodePath: "ok", name: "ok", status: "awaiting_user" });
    await tab.request("run.answer", { runId, node: "ok", answer: { approved: true } });
    await untilStatus(runId, "completed");
    const { events } = await tab.request("run.events", { runId });
    const byHuman = events.filter(({ actor }) => actor.kind === "human");
    expect(byHuman.map(({ type }) => type)).toContain("node.status");
    expect(byHuman.every(({ actor }) => actor.via === "serve" && actor.id !== undefined)).toBe(
      true,
    );
  });

  test("the same press twice is one run", async () => {
    const request = { workflow: quick, grants: [], requestKey: "the-same-press" };
    const first = await tab.request("run.start", request);
    const second = await tab.request("run.start", request);
    expect(second).toEqual({ ...first, created: false });
  });

  test("a workflow that cannot run is refused with every problem", async () => {
    const broken = workflowText({ id: "broken", nodes: [{ id: "a", type: "nothing" }] });
    const error = await tab.refused("run.start", {
      workflow: broken,
      grants: [],
      requestKey: "broken-press",
    });
    expect(error).toMatchObject({ code: "BAD_REQUEST", details: { problems: [{ nodeId: "a" }] } });
  });

  test("what is live arrives: the list's rows, the run's end", async () => {
    const runId = await start(asks);
    await untilStatus(runId, "awaiting_user");
    const list = tab.watch({ topic: "runs", runIds: [runId] });
    const one = tab.watch({ topic: "run", runId });
    await eventually("both snapshots", () => (list.length > 0 && one.length > 0 ? true : null));
    await tab.request("run.answer", { runId, node: "ok", answer: { approved: true } });
    await eventually("the run's page shows the end", () =>
      one.some(
        (message) =>
          message.kind === "delta" &&
          message.topic === "run" &&
          message.ops.some((op) => op.op === "run" && op.run.status === "completed"),
      )
        ? true
        : null,
    );
    await eventually("the list shows the end", () =>
      list.some(
        (message) =>
          message.kind === "delta" &&
          message.topic === "runs" &&
          message.ops.some((op) => op.op === "row" && op.row.status === "completed"),
      )
        ? true
        : null,
    );
  });
});

describe("[U1] the list", () => {
  test("pages by key, newest first, and ends", async () => {
    for (let made = 0; made < 5; made++) await untilStatus(await start(quick), "completed");
    const seen: string[] = [];
    for (let before: string | null = null; ;) {
      const page: { rows: { runId: string }[]; next: string | null } = await tab.request(
        "runs.list",
        { before, limit: 2 },
      );
      seen.push(...page.rows.map(({ runId }) => runId));
      if (page.next === null) break;
      before = page.next;
    }
    expect(seen).toEqual(seen.toSorted().toReversed());
    const { counters } = await tab.request("runs.counters", {});
    expect(seen).toHaveLength(Object.values(counters).reduce((sum, count) => sum + count, 0));
  });

  test("finds by text, tab, state and workflow", async () => {
    const list = async (filter: object) => {
      const { rows } = await tab.request("runs.list", { filter });
      return rows.map(({ workflowId, status }) => `${workflowId} ${status}`);
    };
    const runId = await start(asks);
    await untilStatus(runId, "awaiting_user");
    expect(await list({ tab: "needs_you" })).toEqual(["asks awaiting_user"]);
    expect(await list({ text: "THE asks", states: ["awaiting_user"] })).toEqual([
      "asks awaiting_user",
    ]);
    expect(await list({ text: runId })).toEqual(["asks awaiting_user"]);
    expect(new Set(await list({ workflowId: "quick" }))).toEqual(new Set(["quick completed"]));
    expect(await list({ tab: "stalled" })).toEqual([]);
    expect(await list({ tab: "needs_you", states: ["failed"] })).toEqual([]);
    const { run } = await tab.request("run.cancel", { runId });
    expect(["cancelled", "awaiting_user"]).toContain(run.status);
    await untilStatus(runId, "cancelled");
  });
});

test("[U4] a run is exported as one file, in pieces, with what looks like a secret masked", async () => {
  const secret = `sk-${"a1B2c3D4".repeat(5)}`;
  const runId = await start(
    workflowText({
      id: "leaks",
      nodes: [{ id: "a", type: "transform", with: { value: `the key is ${secret}` } }],
    }),
  );
  await untilStatus(runId, "completed");
  const { exportId, fileName, totalBytes } = await tab.request("run.export", { runId });
  let text = "";
  for (let offset: number | null = 0; offset !== null;) {
    const piece: { text: string; next: number | null } = await tab.request("export.slice", {
      exportId,
      offset,
    });
    text += piece.text;
    offset = piece.next;
  }
  expect(fileName).toMatch(/^leaks-.*\.json$/);
  expect(Buffer.byteLength(text)).toBe(totalBytes);
  expect(text).not.toContain(secret);
  const file = JSON.parse(text) as { nodes: { output: string }[]; events: unknown[] };
  expect(file.nodes[0]?.output).toBe("the key is ••••• (api_key)");
  expect(file.events.length).toBeGreaterThan(3);
  const { nodes } = await tab.request("run.nodes", { runId });
  const nodeExecutionId = nodes[0]?.nodeExecutionId ?? "";
  const one = await tab.request("run.export", { runId, nodeExecutionId });
  expect(one.totalBytes).toBeLessThan(totalBytes);
});

test("a large payload crosses in pieces of whole characters; masked until it is revealed", async () => {
  const value = `password follows ${"ä€😀".repeat(60_000)} Bearer abcdefghijklmnop.qrstuv`;
  const runId = await start(
    workflowText({ id: "large", nodes: [{ id: "a", type: "transform", with: { value } }] }),
  );
  await untilStatus(runId, "completed");
  const { nodes } = await tab.request("run.nodes", { runId });
  const nodeExecutionId = nodes[0]?.nodeExecutionId ?? "";
  const slot = { of: "node", nodeExecutionId, slot: "output" } as const;
  const read = async (reveal: boolean) => {
    let text = "";
    for (let offset: number | null = 0; offset !== null;) {
      const { payload }: { payload: { text: string; next: number | null } | null } =
        await tab.request("run.payload.slice", { slot, offset, length: 100_001, reveal });
      text += payload?.text ?? "";
      offset = payload?.next ?? null;
    }
    return JSON.parse(text) as string;
  };
  expect(await read(true)).toBe(value);
  expect(await read(false)).toBe(value.replace(/Bearer .*/, "••••• (bearer)"));
});

describe("workflows", () => {
  test("are inspected: problems, capabilities in plain words, input, secrets", async () => {
    const workflow = workflowText({
      id: "wants",
      nodes: [
        {
          id: "send",
          type: "http.request",
          with: {
            url: "https://news.example/x",
            headers: { authorization: { $secret: "NEWS_KEY" } },
          },
        },
      ],
      more: {
        capabilities: ["net:https://news.example"],
        secrets: ["NEWS_KEY"],
        input: { type: "object", properties: { url: { type: "string" } } },
      },
    });
    const { problems, summary } = await tab.request("workflow.inspect", { workflow });
    expect(problems).toEqual([]);
    expect(summary).toMatchObject({
      name: "The wants",
      capabilities: [
        {
          capability: "net:https://news.example",
          words: "Send data to https://news.example",
          isRemembered: false,
        },
      ],
      secrets: [{ name: "NEWS_KEY", isPresent: false }],
      inputSchema: { type: "object" },
      lastInput: null,
    });
    await tab.request("secrets.set", { name: "NEWS_KEY", value: "a long secret value" });
    const again = await tab.request("workflow.inspect", { workflow });
    expect(again.summary?.secrets).toEqual([{ name: "NEWS_KEY", isPresent: true }]);
    const { secrets } = await tab.request("secrets.list", {});
    expect(secrets).toEqual([{ name: "NEWS_KEY", source: "session" }]);
    expect(JSON.stringify(secrets)).not.toContain("a long secret");
    const broken = { ...workflow, text: '{"formatVersion": 1' };
    const unread = await tab.request("workflow.inspect", { workflow: broken });
    expect(unread).toMatchObject({ summary: null, problems: [{ stage: "schema" }] });
  });

  test("always for this version: an edited file asks again", async () => {
    const writing = (text: string) =>
      workflowText({
        id: "writes",
        nodes: [{ id: "w", type: "file.write", with: { path: "note.txt", text } }],
        more: { capabilities: ["fs.write:."] },
      });
    const runId = await start(writing("one"), { grants: ["fs.write:."], remember: true });
    await untilStatus(runId, "completed");
    expect(existsSync(join(bed.folder, "work", "note.txt"))).toBe(true);
    const same = await tab.request("workflow.inspect", { workflow: writing("one") });
    const edited = await tab.request("workflow.inspect", { workflow: writing("two") });
    const asked = ({ summary }: typeof same) => [
      summary?.capabilities[0]?.isRemembered,
      summary?.isChangedSinceGrant,
    ];
    expect([asked(same), asked(edited)]).toEqual([
      [true, false],
      [false, true],
    ]);
    const { grants } = await tab.request("permissions.list", {});
    expect(grants).toMatchObject([{ workflowId: "writes", capability: "fs.write:." }]);
    const { definitionHash = "", capability = "" } = grants[0] ?? {};
    const revoke = () => tab.request("permissions.revoke", { definitionHash, capability });
    expect([await revoke(), await revoke()]).toEqual([{ revoked: true }, { revoked: false }]);
    const denied = await tab.refused("run.start", {
      workflow: writing("one"),
      grants: [],
      requestKey: "denied-press",
    });
    expect(denied).toMatchObject({
      code: "BAD_REQUEST",
      details: { problems: [{ stage: "capability" }] },
    });
  });

  test("are kept as copies by id and content", async () => {
    const { from: _, ...file } = quick;
    const { entry } = await tab.request("workflows.add", file);
    expect(entry).toMatchObject({ workflowId: "quick", name: "The quick", file: "unknown" });
    expect(entry.lastRun?.status).toBe("completed");
    const other = { ...file, text: file.text.replace("1 + 1", "2 + 2") };
    expect(await tab.refused("workflows.add", other)).toMatchObject({ code: "CONFLICT" });
    const replaced = await tab.request("workflows.add", { ...other, replace: true });
    expect(replaced.entry.definitionHash).not.toBe(entry.definitionHash);
    const { entries } = await tab.request("workflows.list", {});
    expect(entries.map(({ workflowId }) => workflowId)).toEqual(["quick"]);
    const runId = await start({ from: "library", workflowId: "quick" });
    await untilStatus(runId, "completed");
    const removed = () => tab.request("workflows.remove", { workflowId: "quick" });
    expect([await removed(), await removed()]).toEqual([{ removed: true }, { removed: false }]);
  });

  test("come as samples, the one to kill first", async () => {
    const { samples } = await tab.request("workflows.samples", {});
    expect(samples[0]).toMatchObject({ sampleId: "long-report", isFirst: true });
    const workflow = { from: "sample", sampleId: "release-notes" } as const;
    const { problems, summary } = await tab.request("workflow.inspect", { workflow });
    expect(problems).toEqual([]);
    expect(summary?.steps).toBeGreaterThan(1);
  });
});

describe("settings and data", () => {
  test("settings stay as they were set, in a file that only its owner reads", async () => {
    await tab.request("settings.set", { change: { theme: "dark" } });
    await tab.request("settings.set", { change: { density: 28 } });
    const { settings } = await tab.request("settings.get", {});
    expect(settings).toMatchObject({ theme: "dark", density: 28, onLaunch: "ask" });
    expect(statSync(join(bed.data, "settings.json")).mode & 0o777).toBe(0o600);
    const page = await fetch(bed.origin);
    expect(await page.text()).toContain('<html data-theme="dark"');
  });

  test("a backup is made and listed", async () => {
    const { backup } = await tab.request("data.backup", {});
    const info = await tab.request("data.info", {});
    expect(info.backups.map(({ name }) => name)).toContain(backup.name);
    expect(info).toMatchObject({ folder: bed.data, storage: { backend: "sqlite" } });
    expect(info.databaseBytes).toBeGreaterThan(10_000);
  });

  test("[P6] diagnostics say what they hold before they are saved: no payloads, names or paths", async () => {
    const { parts } = await tab.request("diagnostics.preview", {});
    const names = parts.map(({ name }) => name);
    expect(names).toEqual(["app", "engine", "database", "settings", "counters", "runs", "starts"]);
    const chosen = ["app", "runs"];
    const { text } = await tab.request("diagnostics.export", { parts: chosen });
    const file = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(file)).toEqual(chosen);
    const shown = parts.find(({ name }) => name === "runs")?.text ?? "";
    expect(file["runs"]).toEqual(JSON.parse(shown));
    const all = JSON.stringify(parts);
    for (const leak of [bed.folder, "The quick", "password follows", "NEWS_KEY"]) {
      expect(all).not.toContain(leak);
    }
  });

  test("the log takes twenty records a second of a screen", async () => {
    const record = { level: "info", message: "drawn" } as const;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        tab.request("log.write", record).then(
          () => "taken",
          () => "refused",
        ),
      ),
    );
    expect(answers.filter((answer) => answer === "taken").length).toBeLessThanOrEqual(40);
    expect(answers).toContain("refused");
  });
});

test("[S10] an ended core thread is replaced by a new instance; the run is stalled and resumable", async () => {
  const other = await serveBed();
  try {
    const one = await other.tab();
    const { runId } = await one.request("run.start", {
      workflow: endless,
      grants: [],
      requestKey: "endless-press",
    });
    await eventually("the agent works", async () => {
      const { nodes } = await one.request("run.nodes", { runId });
      return (
        nodes.some(({ nodePath, status }) => nodePath === "middle" && status === "running") || null
      );
    });
    const key = await other.tab();
    await other.coreThreads[0]?.kill();
    expect(await key.closed).toBe(4503);
    // It is started again, so nobody is told that it stays down.
    expect(key.told).toEqual([]);
    const again = await eventually("the core is back", () => other.tab().catch(() => null));
    expect(again.welcome.instanceId).not.toBe(one.welcome.instanceId);
    const { runs } = await again.request("recovery.get", {});
    expect(runs.map(({ run, risk }) => [run.runId, run.status, risk])).toEqual([
      [runId, "stalled", "safe"],
    ]);
    await other.coreThreads[1]?.kill();
    expect(await again.closed).toBe(4503);
    expect(again.told).toMatchObject([{ kind: "stays_down", hasCopy: true }]);
    expect(other.coreThreads).toHaveLength(2);
  } finally {
    await other.close();
  }
});
