import { expect, onTestFinished, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { onPostgres, openTestStorage } from "./postgres-fixture.conformance.ts";
import { openPostgresReader } from "./postgres-reader.ts";
import { openPostgresStorage } from "./postgres-storage.ts";

await onPostgres((server) => {
  test("a reader sees what an engine commits, and writes nothing", async () => {
    const underTest = await openTestStorage(server);
    const world = await World.open(underTest);
    const runId = await world.workingRun();
    const reader = await openPostgresReader({ url: underTest.url });
    onTestFinished(async () => {
      await reader.close();
      await world.close();
    });
    expect(await reader.getRun(runId)).toEqual(await world.requireRun(runId));
    const group = world.group(runId, [world.completeNodeChange(runId, 1)]);
    await expect(reader.commit([group], world.fence)).rejects.toMatchObject({ code: "READ_ONLY" });
    await expect(reader.registerInstance(world.newInstance())).rejects.toMatchObject({
      code: "READ_ONLY",
    });
  });

  test("[D4] a database without data, one that does not exist and a wrong password each say what to do", async () => {
    const url = server.freshUrl();
    await expect(openPostgresReader({ url })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const elsewhere = new URL(url);
    elsewhere.pathname = "/no_such_database";
    const open = (address: string) => openPostgresStorage({ url: address, appVersion: "0.1.0" });
    await expect(open(elsewhere.toString())).rejects.toMatchObject({ code: "NOT_FOUND" });
    const stranger = new URL(url);
    stranger.password = "wrong-password";
    const refused: unknown = await open(stranger.toString()).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "DENIED" });
    expect(String(refused)).not.toContain("wrong-password");
    const encrypted = new URL(url);
    encrypted.searchParams.set("sslmode", "verify-full");
    await expect(open(encrypted.toString())).rejects.toMatchObject({ code: "DENIED" });
    const nobody = new URL(url);
    nobody.port = "1";
    await expect(open(nobody.toString())).rejects.toMatchObject({ code: "IO" });
    for (const text of ["mysql://host/db", "handshake.db", `${url}-UPPER`])
      await expect(open(text)).rejects.toMatchObject({ code: "DENIED" });
  });

  test("[D1] several engines that start at once make the tables exactly once", async () => {
    const url = server.freshUrl();
    const storages = await Promise.all(
      Array.from({ length: 4 }, () =>
        openPostgresStorage({ url, appVersion: "0.1.0", maxReaders: 1, maxWriters: 1 }),
      ),
    );
    const [first] = storages;
    expect(await first?.describe()).toMatchObject({ backend: "postgres", schemaVersion: 1 });
    const rows = await server.raw<{ version: number }>(url, "select version from schema_migration");
    expect(rows).toEqual([{ version: 1 }]);
    for (const storage of storages) await storage.close();
  });

  test("[D1] data of a newer version is refused with the version that made it", async () => {
    const url = server.freshUrl();
    const storage = await openPostgresStorage({ url, appVersion: "0.1.0" });
    await storage.close();
    await server.raw(
      url,
      "insert into schema_migration (version, name, checksum, app_version, min_writer_version) values (2, 'later', '', '9.9.0', 2)",
    );
    const opening = openPostgresStorage({ url, appVersion: "0.1.0" });
    await expect(opening).rejects.toMatchObject({
      code: "NEWER_SCHEMA",
      details: { appVersion: "9.9.0" },
    });
  });

  test("a connection that leads to other data than before is not used: a failover to an empty database", async () => {
    const underTest = await openTestStorage(server, { url: server.freshUrl() });
    const world = await World.open(underTest);
    const runId = await world.workingRun();
    onTestFinished(() => underTest.close());
    const schema = new URL(underTest.url).searchParams.get("schema") ?? "";
    await server.raw(underTest.url, `alter schema ${schema} rename to ${schema}_lost`);
    // The old connections end, as they do when a server goes.
    await server.raw(
      underTest.url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'handshake'",
    );
    const write = () => world.try(runId, [world.completeNodeChange(runId, 1)]);
    await expect
      .poll(() => write().catch((error: unknown) => error), { timeout: 20_000 })
      .toMatchObject({
        code: "CORRUPT",
      });
    await server.raw(underTest.url, `alter schema ${schema}_lost rename to ${schema}`);
    expect((await write()).ok).toBe(true);
  });
});
