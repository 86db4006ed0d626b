import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { World } from "../../app/storage/storage-fixture.conformance.ts";
import { payload } from "../../app/storage/test-changes.conformance.ts";

/** Runs with inputs, outputs, sub-steps and a history; each text is its own, so that it can be found. */
export async function populateForFlips(folder: string, runs: number): Promise<void> {
  const storage = await openSqliteStorage({ folder, appVersion: "0.1.0" });
  const world = await World.open({
    storage,
    reopen: () => Promise.reject(new Error("nothing is opened again here")),
    close: () => storage.close(),
  });
  for (let run = 1; run <= runs; run += 1) {
    const text = (what: string): string => `${what} of run ${run}: `.repeat(6);
    const runId = await world.createRun({ input: payload(text("the input")) });
    await world.apply(runId, world.claimChange());
    await world.apply(
      runId,
      world.createNodeChange(runId, 1, { input: payload(text("a node's input")) }),
    );
    await world.apply(runId, {
      change: "stepRecorded",
      ...world.nodeIdentity(runId, 1),
      attempt: 1,
      name: "turn",
      n: 1,
      output: payload(text("a sub-step")),
      actor: world.engine,
    });
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: { number: 1, status: "completed" },
        output: payload(text("a node's output")),
      }),
      world.runChange("running", "completed", { output: payload(text("the output")) }),
    );
  }
  await world.close();
}
