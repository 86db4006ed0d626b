import { expect, onTestFinished, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { human } from "../../../app/storage/test-changes.conformance.ts";
import { onPostgres, openTestStorage } from "./postgres-fixture.conformance.ts";

// As a program's error output may hold them: what is no text for PostgreSQL, and what looks like our own JSON.
const odd = 'a\u0000b \ud800 "to":"completed" \\u0000';

await onPostgres((server) => {
  test("a run ends with an error that holds U+0000 or half a surrogate pair, and keeps both", async () => {
    const { world, url } = await openWorld();
    const error = { code: "NODE_FAILED", message: odd };
    const closing = { to: "failed", reason: odd, error } as const;
    const runId = await world.runningRun();
    await world.apply(runId, { change: "runClosing", actor: world.engine, closing });
    expect(await world.requireRun(runId)).toMatchObject({ closing });
    await world.apply(runId, world.runChange("running", "failed", { error }));
    expect(await world.requireRun(runId)).toMatchObject({ status: "failed", closing, error });

    const orphan = await world.workingRun();
    await world.apply(orphan, { change: "runClosing", actor: human, closing });
    await world.crashAndRecover();
    expect(await world.requireRun(orphan)).toMatchObject({ status: "failed", closing, error });
    await world.expectSound();

    const forged = `update workflow_run set closing = '{"reason":"\\"to\\":\\"failed\\"","to":"completed"}'`;
    await expect(server.raw(url, forged)).rejects.toThrow(/workflow_run_sound/);
  });

  async function openWorld() {
    const opened = await openTestStorage(server);
    onTestFinished(() => opened.close());
    return { world: await World.open(opened), url: opened.url };
  }
});
