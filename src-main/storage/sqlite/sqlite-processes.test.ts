import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { openTestStorage, testFolder } from "./sqlite-fixture.conformance.ts";
import { openSqliteReader } from "./sqlite-reader.ts";

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test(
  "[S2] [S8] killed at points of a run's life: what was acknowledged is there, every group whole or absent",
  { timeout: 120_000 },
  async () => {
    // A few of them every time, from another one each time; all of them with HANDSHAKE_FAULTS=all.
    const all = process.env["HANDSHAKE_FAULTS"] === "all";
    const first = all ? 1 : 1 + Math.floor(Math.random() * 5);
    for (let dieAt = first; ; dieAt += all ? 1 : 5) {
      const folder = testFolder();
      const { stdout, signal, stderr } = spawnSync(
        process.execPath,
        [
          fileURLToPath(import.meta.resolve("./sqlite-crash-child.conformance.ts")),
          folder,
          String(dieAt),
        ],
        { encoding: "utf8" },
      );
      expect({ dieAt, signal, stderr }).toEqual({ dieAt, signal: "SIGKILL", stderr: "" });
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" "));
      const world = await World.open(await openTestStorage({ folder }));
      for (const [word, groupId, runId, count] of lines) {
        if (word === "finished" || runId === undefined) continue;
        const written = (await world.events(runId)).filter(
          (event) => event.groupId === groupId,
        ).length;
        if (word === "acknowledged")
          expect({ dieAt, groupId, written }).toEqual({ dieAt, groupId, written: Number(count) });
        else expect([0, Number(count)]).toContain(written);
      }
      await world.expectSound();
      const runId = lines[0]?.[2];
      if (runId !== undefined && (await world.storage.getRun(runId))?.status === "running") {
        expect((await world.recover()).stalled).toMatchObject([{ runId }]);
        await world.expectSound();
      }
      await world.close();
      if (lines.at(-1)?.[0] === "finished") {
        expect(dieAt).toBeGreaterThan(30);
        return;
      }
    }
  },
);

test("[S1] a second process reads node, status, input, output and error after each step of a run", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const other = await openOtherProcess(underTest.folder);
  const runId = await world.createRun();
  expect(await other.read(runId)).toEqual({ status: "queued", nodes: [] });
  await world.apply(runId, world.claimChange());
  for (let sequence = 1; sequence <= 5; sequence += 1) {
    await world.apply(runId, world.createNodeChange(runId, sequence));
    const started = await other.read(runId);
    expect(started.nodes[sequence - 1]).toEqual([
      "running",
      JSON.stringify({ step: sequence }),
      null,
      null,
    ]);
    const change =
      sequence < 5
        ? world.completeNodeChange(runId, sequence)
        : world.nodeChange(runId, sequence, "running", "failed", {
            attempt: { number: 1, status: "failed" },
            error: { code: "NODE_ERROR", message: "it broke" },
          });
    await world.apply(runId, change);
    const ended = (await other.read(runId)).nodes[sequence - 1];
    expect(ended).toEqual(
      sequence < 5
        ? [
            "completed",
            JSON.stringify({ step: sequence }),
            JSON.stringify({ result: sequence }),
            null,
          ]
        : ["failed", JSON.stringify({ step: sequence }), null, "it broke"],
    );
  }
  await world.apply(
    runId,
    world.runChange("running", "failed", { error: { code: "NODE_FAILED", message: "step 5" } }),
  );
  expect(await other.read(runId)).toMatchObject({ status: "failed" });
  await other.close();
  await world.close();
});

test("[S1] a read-only storage reads beside the owner, changes nothing and refuses to write", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.workingRun();
  const reader = await openSqliteReader({ folder: underTest.folder });
  expect(await reader.getRun(runId)).toEqual(await world.storage.getRun(runId));
  expect(await reader.verify({ quick: false })).toEqual([]);
  await world.apply(runId, world.completeNodeChange(runId, 1));
  expect(await reader.getRun(runId)).toMatchObject({ nodesDone: 1 });
  await expect(reader.commit([], null)).rejects.toMatchObject({ code: "READ_ONLY" });
  await reader.close();
  await expect(reader.getRun(runId)).rejects.toMatchObject({ code: "CLOSED" });
  await world.close();
  const alone = await openSqliteReader({ folder: underTest.folder });
  expect(await alone.getRun(runId)).toMatchObject({ status: "running" });
  await alone.close();
  await expect(openSqliteReader({ folder: testFolder() })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

interface SeenRun {
  readonly status: string;
  readonly nodes: readonly (readonly (string | null)[])[];
}

/** A process of its own with a bare connection: nothing of this project's code is in it. */
async function openOtherProcess(
  folder: string,
): Promise<{ read(runId: string): Promise<SeenRun>; close(): Promise<void> }> {
  const code = `
    import Database from "better-sqlite3";
    import { createInterface } from "node:readline";
    const db = new Database(process.argv[1] + "/handshake.db", { readonly: true });
    const run = db.prepare("select id, status from workflow_run where run_id = ?");
    const nodes = db.prepare("select status, input_text, output_text, error ->> '$.message' from node_execution where run = ? order by sequence").raw();
    for await (const runId of createInterface({ input: process.stdin })) {
      const { id, status } = run.get(runId);
      console.log(JSON.stringify({ status, nodes: nodes.all(id) }));
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code, folder], {
    cwd: program("."),
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const answers: AsyncIterator<unknown, unknown> = child.stdout
    .setEncoding("utf8")
    [Symbol.asyncIterator]();
  return {
    async read(runId) {
      child.stdin.write(`${runId}\n`);
      let text = "";
      while (!text.endsWith("\n")) {
        const answer = await answers.next();
        if (answer.done === true) throw new Error("the other process ended");
        text += String(answer.value);
      }
      // Written by the program above.
      return JSON.parse(text) as SeenRun;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
