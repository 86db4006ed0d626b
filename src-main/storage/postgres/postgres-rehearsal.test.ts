import { expect, onTestFinished, test } from "vitest";
import { onPostgres } from "./postgres-fixture.conformance.ts";
import { rehearseOpening } from "./postgres-rehearsal.ts";
import { openPostgresStorage } from "./postgres-storage.ts";

await onPostgres((server) => {
  const schemaOf = (url: string) => new URL(url).searchParams.get("schema");
  const schemas = (url: string) =>
    server.raw(url, "select nspname from pg_namespace where nspname = $1", [schemaOf(url)]);

  test("an empty database would do, is left empty, and its address is shown with its schema", async () => {
    const url = server.freshUrl();
    const shown = await rehearseOpening({ url });
    expect(new URL(shown).password).toBe("");
    expect(schemaOf(shown)).toBe(schemaOf(url));
    expect(await schemas(url)).toEqual([]);
  });

  test("one that has our tables would do, and keeps what is in them", async () => {
    const url = server.freshUrl();
    const storage = await openPostgresStorage({ url, appVersion: "0.1.0" });
    onTestFinished(() => storage.close());
    await rehearseOpening({ url });
    expect(await storage.countRunsByState()).toMatchObject({ running: 0 });
  });

  test("a database that is not there is no empty one", async () => {
    const url = new URL(server.freshUrl());
    url.pathname = "nowhere_at_all";
    await expect(rehearseOpening({ url: url.toString() })).rejects.toThrow(
      expect.objectContaining({
        code: "NOT_FOUND",
        message: expect.stringMatching(/nowhere_at_all.*Create the database/) as string,
      }),
    );
  });

  test("a schema that holds something else of the same name is said to, and left as it is", async () => {
    const url = server.freshUrl();
    await server.raw(url, `create schema ${schemaOf(url)} create table workflow_run (theirs int)`);
    await expect(rehearseOpening({ url })).rejects.toThrow(
      expect.objectContaining({
        code: "DENIED",
        message: expect.stringMatching(/holds something else already.*\?schema=/) as string,
      }),
    );
    expect(await server.raw(url, "select theirs from workflow_run")).toEqual([]);
    const tables = "select count(*)::int4 as tables from pg_tables where schemaname = $1";
    expect(await server.raw(url, tables, [schemaOf(url)])).toEqual([{ tables: 1 }]);
  });

  test("a database that takes no writes would not do", async () => {
    const url = new URL(server.freshUrl());
    const name = `still_${process.pid}`;
    await server.raw(url.toString(), `create database ${name}`);
    onTestFinished(async () => {
      await server.raw(server.freshUrl(), `drop database ${name} with (force)`);
    });
    url.pathname = name;
    await server.raw(
      url.toString(),
      `alter database ${name} set default_transaction_read_only = on`,
    );
    await expect(rehearseOpening({ url: url.toString() })).rejects.toThrow(
      expect.objectContaining({ code: "READ_ONLY" }),
    );
  });
});
