// Run as a program of its own: plays one story, says what was acknowledged, and dies by SIGKILL at the
// n-th point. Arguments: data folder, n.
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

const [folder = "", dieAt = "0"] = process.argv.slice(2);
let passed = 0;
const storage = await openSqliteStorage({
  folder,
  appVersion: "0.1.0",
  crashPoint: () => {
    passed += 1;
    if (passed === Number(dieAt)) process.kill(process.pid, "SIGKILL");
  },
});
const world = await World.open({
  storage,
  reopen: () => Promise.reject(new Error("this story has no restart")),
  close: () => storage.close(),
});

const runId = world.newRunId();
await step([world.createRunChange(runId)]);
await step([world.claimChange(), world.createNodeChange(runId, 1)]);
await step([world.completeNodeChange(runId, 1), world.createNodeChange(runId, 2)]);
await world.crashAndRecover();
await step([
  { change: "runResumed", actor: { kind: "human" }, from: "stalled", decisions: [] },
  world.nodeChange(runId, 2, "stalled", "queued", { actor: { kind: "human" } }),
]);
await step([
  world.claimChange(),
  world.nodeChange(runId, 2, "queued", "running", { attempt: { number: 2, status: "running" } }),
]);
await step([world.completeNodeChange(runId, 2, 2), world.runChange("running", "completed")]);
process.stdout.write("finished\n");
process.kill(process.pid, "SIGKILL");

async function step(changes: Parameters<World["group"]>[1]): Promise<void> {
  const group = world.group(runId, changes);
  // What will be there as a whole, or not at all.
  process.stdout.write(`sent ${group.groupId} ${runId} ${changes.length}\n`);
  const [outcome] = await storage.commit([group], world.fence);
  if (outcome?.ok !== true) throw new Error(`refused: ${JSON.stringify(outcome)}`);
  process.stdout.write(`acknowledged ${group.groupId} ${runId} ${changes.length}\n`);
}
