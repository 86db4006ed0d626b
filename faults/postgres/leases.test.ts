import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Storage } from "../../app/storage/storage.ts";
import {
  createHandshake,
  eventually,
  jsonLines,
  type Handshake,
  type Running,
} from "../../src-main/cli/child-handshake.ts";
import { agent, writeWorkflow } from "../../src-main/cli/workflow-fixtures.ts";
import { onPostgres } from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { openPostgresReader } from "../../src-main/storage/postgres/postgres-reader.ts";

// Three real processes, each with a data folder of its own as on three machines, and the real lease of 30 s.

await onPostgres((server) => {
  vi.setConfig({ testTimeout: 240_000 });
  let handshake: Handshake;
  let database: string;
  let reader: Storage | null;
  beforeEach(() => {
    handshake = createHandshake({ longestMs: 200_000 });
    database = server.freshUrl();
    reader = null;
  });
  afterEach(async () => {
    await reader?.close();
    await handshake.remove();
  });

  test("[R4] [R5] [ST-07] [ST-41] a paused and a killed engine are found when their lease has run out, a living one never; the paused one comes back fenced", async () => {
    const killed = await workOn("killed", 3_600_000);
    const alive = await workOn("alive", 3_600_000);
    // Its step ends while it is paused: coming back, it has something to write.
    const paused = await workOn("paused", 15_000, "worker");
    paused.engine.child.kill("SIGSTOP");
    killed.engine.child.kill("SIGKILL");
    await killed.engine.ended;

    for (const { runId } of [paused, killed])
      await eventually(
        `run ${runId} is stalled`,
        async () => ((await statusOf(runId)) === "stalled" ? true : null),
        { withinMs: 120_000, everyMs: 200 },
      );
    for (const { runId } of [paused, killed]) {
      const recoveries = await recoveriesOf(runId);
      expect(recoveries).toMatchObject([{ actor: { kind: "system" }, data: { to: "stalled" } }]);
    }
    const fenced = await leasesOfFenced();
    console.log(
      `fenced ${fenced.map(({ late }) => `${late.toFixed(1)} s`).join(" and ")} after the lease`,
    );
    expect(fenced).toHaveLength(2);
    // By the clock of the database; never before.
    for (const { late } of fenced) expect(late).toBeGreaterThan(0);

    const before = await read((storage) => snapshot(storage, paused.runId));
    paused.engine.child.kill("SIGCONT");
    const { code, stdout, stderr } = await paused.engine.ended;
    expect(code).toBe(4);
    expect(jsonLines(stderr)).toContainEqual(
      expect.objectContaining({ type: "notice", code: "FENCED" }),
    );
    expect(stdout).not.toContain("completed");
    expect(await read((storage) => snapshot(storage, paused.runId))).toEqual(before);

    expect(await statusOf(alive.runId)).toBe("running");
    expect(await recoveriesOf(alive.runId)).toEqual([]);
    expect(await read((storage) => storage.verify({ quick: false }))).toEqual([]);
  });

  /** An engine in the middle of a step that takes so long. A worker takes any run, so there is only one. */
  async function workOn(
    name: string,
    thinkMs: number,
    command: "worker" | "run" = "run",
  ): Promise<{ engine: Running; runId: string }> {
    const folder = join(handshake.folder, name);
    mkdirSync(folder);
    const nodes = [
      { id: "first", type: "transform", with: { value: "done" } },
      agent("thinks", [{ name: "thinks", thinkMs }]),
    ];
    const file = writeWorkflow(folder, { id: name, nodes, edges: [["first", "thinks"]] });
    const shared = ["--database", database, "--json", "--data", join(folder, "data")];
    const engine = handshake.start(
      command === "run" ? ["run", file, ...shared] : ["worker", ...shared],
    );
    if (command === "worker") {
      await engine.printed('"type":"worker"');
      await handshake.run(["run", file, "--detach", ...shared]);
    }
    const runId = await eventually(
      `${name} works`,
      async () => {
        await engine.printed('"type":');
        return read((storage) => runInTheMiddle(storage, name));
      },
      { withinMs: 60_000 },
    );
    return { engine, runId };
  }

  /** On one connection: a look every moment would keep a processor busy for half a minute. */
  async function read<T>(ask: (storage: Storage) => Promise<T>): Promise<T> {
    reader ??= await openPostgresReader({ url: database });
    return ask(reader);
  }

  const statusOf = (runId: string) =>
    read(async (storage) => (await storage.getRun(runId))?.status ?? null);

  const recoveriesOf = (runId: string) =>
    read(async (storage) => {
      const events = await storage.listRunEvents(runId, { after: 0, limit: 1_000 });
      return events.filter(({ type }) => type === "workflow_recovery");
    });

  /** How many seconds after the end of its lease each engine was fenced. */
  const leasesOfFenced = () =>
    server.raw<{ late: number }>(
      database,
      `select extract(epoch from i.fenced_at - l.expires_at)::float8 as late
        from engine_instance i join engine_lease l on l.epoch = i.epoch where i.fenced_at is not null`,
    );
});

/** The run of a workflow whose second step works; null before. */
async function runInTheMiddle(storage: Storage, workflowId: string): Promise<string | null> {
  for (const { runId } of await storage.listRuns({ workflowId, limit: 1 })) {
    const nodes = await storage.listWorkflowNodeExecutions(runId, { after: 1, limit: 1 });
    if (nodes[0]?.status === "running") return runId;
  }
  return null;
}

/** Everything that an engine could have written of a run. */
async function snapshot(storage: Storage, runId: string) {
  return {
    run: await storage.getRun(runId),
    nodes: await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10 }),
    events: await storage.listRunEvents(runId, { after: 0, limit: 1_000 }),
  };
}
