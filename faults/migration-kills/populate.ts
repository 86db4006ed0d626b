import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { World } from "../../app/storage/storage-fixture.conformance.ts";
import type { Before } from "./check-migrated.ts";

/** Fills a data folder with runs in several states; returns what can be seen of them. */
export async function populate(folder: string): Promise<Before> {
  const storage = await openSqliteStorage({ folder, appVersion: "0.1.0" });
  const world = await World.open({
    storage,
    reopen: () => Promise.reject(new Error("nothing is opened again here")),
    close: () => storage.close(),
  });
  const runs: string[] = [];
  // The stalled ones last: recovery would find the others running.
  for (const state of ["completed", "failed", "awaiting_user", "poisoned", "queued"] as const)
    runs.push(await world.runIn(state));
  const seen = new Map<string, unknown>();
  for (const runId of runs) seen.set(runId, await world.snapshot(runId));
  await world.close();
  return { seen };
}
