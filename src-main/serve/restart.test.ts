import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createHandshake,
  jsonLines,
  type Handshake,
  type Running,
} from "../cli/child-handshake.ts";
import { endless, quick } from "./served.fixture.ts";
import { eventually, exchangeToken, openTab, type Tab } from "./tab.fixture.ts";

// `handshake serve` as its users have it: a process of its own, killed and started again.

let handshake: Handshake;
beforeEach(() => {
  handshake = createHandshake();
});
afterEach(() => handshake.remove());

interface Serving {
  readonly running: Running;
  readonly address: string;
  readonly origin: string;
}

async function startServing(args: readonly string[] = []): Promise<Serving> {
  const running = handshake.start(["serve", "--json", ...args]);
  const started = Promise.withResolvers<string>();
  let printed = "";
  running.child.stdout?.on("data", (text: string) => {
    printed += text;
    if (!printed.includes("\n")) return;
    const line = jsonLines(printed).find(({ type }) => type === "serve");
    if (line !== undefined) started.resolve(String(line["url"]));
  });
  void running.ended.then(({ stderr, code }) =>
    started.reject(new Error(`serve ended with ${code}: ${stderr}`)),
  );
  started.promise.catch(() => undefined);
  const address = await started.promise;
  return { running, address, origin: new URL(address).origin };
}

async function startEndless(tab: Tab): Promise<string> {
  const { runId } = await tab.request("run.start", {
    workflow: endless,
    grants: [],
    requestKey: `press-${Math.random()}`,
  });
  await eventually("the agent works", async () => {
    const { nodes } = await tab.request("run.nodes", { runId });
    return (
      nodes.some(({ nodePath, status }) => nodePath === "middle" && status === "running") || null
    );
  });
  return runId;
}

describe("[U2] a tab that was left open across SIGKILL and a new start", () => {
  test("[X3] comes back with its key on the same port; the run is stalled and the panel is told all", async () => {
    const first = await startServing();
    const key = await exchangeToken(first.address);
    const tab = await openTab(first.origin, key);
    const runId = await startEndless(tab);
    first.running.child.kill("SIGKILL");
    await tab.closed;
    await first.running.ended;

    const second = await startServing();
    expect(second.origin).toBe(first.origin);
    const again = await openTab(second.origin, key);
    expect(again.welcome.instanceId).not.toBe(tab.welcome.instanceId);
    const found = await again.request("recovery.get", {});
    expect(found).toMatchObject({
      total: 1,
      later: 0,
      next: null,
      runs: [
        {
          run: { runId, status: "stalled", step: { name: "Think long", status: "stalled" } },
          risk: "safe",
          reason: "crash",
          lastSavedStep: { name: "first" },
          savedSteps: 1,
          totalSteps: 3,
          interrupted: [
            { nodePath: "middle", name: "Think long", savedSubSteps: 1, needsDecision: false },
          ],
          crashCount: 1,
          isLater: false,
        },
      ],
    });
    const { gaps } = await again.request("run.gaps", { runId });
    expect(gaps).toMatchObject([{ kind: "app_closed", endedAt: null }]);

    // Later hides the panel for good, and only for as long as the run stays stalled.
    await again.request("recovery.later", { runIds: [runId] });
    const put = await again.request("recovery.get", {});
    expect([put.later, put.runs[0]?.isLater]).toEqual([1, true]);

    // A second crash within ten minutes: the next start is a safe one, and remembers Later.
    second.running.child.kill("SIGKILL");
    await second.running.ended;
    const third = await startServing();
    const last = await openTab(third.origin, key);
    expect((await last.request("recovery.get", {})).later).toBe(1);
    expect((await last.request("engine.state", {})).engine.state).toBe("paused");
    const { run } = await last.request("run.resume", { runId });
    expect(run.status).toBe("queued");
    const { engine } = await last.request("engine.start", {});
    expect(engine.state).toBe("running");
    await eventually("it works again", async () =>
      (await last.request("run.get", { runId })).run.status === "running" ? true : null,
    );
    expect(await last.refused("run.resume", { runId })).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("already resumed") as string,
    });
    const { events } = await last.request("run.events", { runId });
    const resumed = events.find(({ type }) => type === "run.resumed");
    expect(resumed?.actor).toMatchObject({ kind: "human", via: "serve" });
  });

  test("[X3] resumes every safe run with one request, and says what it left", async () => {
    const first = await startServing();
    const key = await exchangeToken(first.address);
    const tab = await openTab(first.origin, key);
    const runIds = [await startEndless(tab), await startEndless(tab), await startEndless(tab)];
    first.running.child.kill("SIGKILL");
    await first.running.ended;
    const second = await startServing();
    const again = await openTab(second.origin, key);
    const [one = ""] = runIds;
    await again.request("run.cancel", { runId: one });
    const answer = await again.request("recovery.resumeSafe", { runIds });
    expect(answer).toEqual({
      resumed: runIds.slice(1),
      left: [{ runId: one, why: "It is not stalled any more." }],
      isStopped: false,
    });
    const { counters } = await again.request("runs.counters", {});
    expect(counters).toMatchObject({ stalled: 0, cancelled: 1 });
  });
});

describe("ending it", () => {
  test("SIGTERM ends cleanly: working runs are stalled as app_quit, and the crash count stays 0", async () => {
    const first = await startServing();
    const key = await exchangeToken(first.address);
    const runId = await startEndless(await openTab(first.origin, key));
    first.running.child.kill("SIGTERM");
    expect(await first.running.ended).toMatchObject({ code: 0 });
    const second = await startServing();
    const { runs } = await (await openTab(second.origin, key)).request("recovery.get", {});
    expect(runs).toMatchObject([{ run: { runId }, reason: "app_quit", crashCount: 0 }]);
  });

  test("a second Ctrl-C does not wait for the steps in flight", async () => {
    const { running, address, origin } = await startServing();
    const tab = await openTab(origin, await exchangeToken(address));
    await startEndless(tab);
    running.child.kill("SIGINT");
    await eventually("the first one arrives", async () => {
      const { engine } = await tab.request("engine.state", {});
      return engine.state === "stopping" || null;
    });
    running.child.kill("SIGINT");
    // Draining alone would take longer than it may live from now on: 30 s.
    const limit = setTimeout(() => running.child.kill("SIGKILL"), 20_000);
    expect(await running.ended).toMatchObject({ code: 0 });
    clearTimeout(limit);
  });

  test("without work it ends at once", async () => {
    const { running } = await startServing();
    running.child.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 0 });
  });
});

describe("[R4] the data folder", () => {
  test("has one owner: a second serve exits with 4, names the first and says where it is", async () => {
    const { origin } = await startServing();
    const second = await handshake.run(["serve"]);
    expect([second.code, second.stderr]).toEqual([
      4,
      expect.stringMatching(/^Handshake runs already \(pid \d+, since [^)]+\)\. Press Enter/),
    ]);
    expect(second.stderr.trimEnd().split("\n").at(-1)).toBe(`${origin}/`);
  });

  test("commands act through it, and tabs see what they did", async () => {
    const { address, origin } = await startServing();
    const tab = await openTab(origin, await exchangeToken(address));
    const { runId } = await tab.request("run.start", {
      workflow: quick,
      grants: [],
      requestKey: "quick-press",
    });
    const rerun = await handshake.run(["rerun", runId]);
    expect(rerun.code).toBe(0);
    const { job } = await tab.request("run.get", { runId });
    expect(job.runs).toHaveLength(2);
  });
});

describe("the port", () => {
  test("is another one when it is taken meanwhile", async () => {
    const first = await startServing();
    const port = Number(new URL(first.origin).port);
    first.running.child.kill("SIGTERM");
    await first.running.ended;
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
    try {
      const second = await startServing();
      expect(second.origin).not.toBe(first.origin);
      const named = await handshake.run([
        "serve",
        "--port",
        String(port),
        "--data",
        `${handshake.folder}/other`,
      ]);
      expect([named.code, named.stderr]).toEqual([
        4,
        expect.stringContaining(`Port ${port} is used`),
      ]);
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  });

  test("the address is the last line", async () => {
    const running = handshake.start(["serve"]);
    await running.printed("#token=");
    running.child.kill("SIGINT");
    const { stdout } = await running.ended;
    const last = stdout.trimEnd().split("\n").at(-1);
    expect(last).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
  });
});
