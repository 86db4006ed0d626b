import { expect, onTestFinished, test } from "vitest";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { onPostgres, type TestServer } from "./postgres-fixture.conformance.ts";
import { openPostgresStorage } from "./postgres-storage.ts";

await onPostgres((server) => {
  test("a database whose encoding cannot hold every text is refused", async () => {
    const url = await freshDatabase(server, "encoding 'LATIN1' locale 'C' template template0");
    expect(await refusalOf(url)).toMatch(/^READ_ONLY The encoding .* LATIN1; Handshake needs UTF8/);
  });

  test("a database that turns off the checks of what is saved is refused", async () => {
    const url = await freshDatabase(server);
    await alter(server, url, "set session_replication_role = replica");
    expect(await refusalOf(url)).toMatch(/^READ_ONLY session_replication_role is "replica"/);
  });

  test("a primary that takes no writes by its settings is not taken for a standby alone", async () => {
    const url = await freshDatabase(server);
    await alter(server, url, "set default_transaction_read_only = on");
    expect(await refusalOf(url)).toMatch(/^READ_ONLY .*default_transaction_read_only is on/);
  });

  test("what an administrator set for the database changes nothing in a session of ours", async () => {
    const url = await freshDatabase(server);
    await alter(server, url, "set default_transaction_isolation = serializable");
    await alter(server, url, "set search_path = nowhere");
    await alter(server, url, "set synchronous_commit = off");
    await alter(server, url, "set idle_session_timeout = '100ms'");
    const storage = await openPostgresStorage({ url, appVersion: "0.1.0" });
    onTestFinished(() => storage.close());
    expect((await storage.describe()).settings).toMatchObject({
      default_transaction_isolation: "read committed",
      synchronous_commit: "on",
      idle_session_timeout: "0",
    });
  });

  test("a server that does not know a setting of ours is said to be too old", async () => {
    const url = new URL(server.freshUrl());
    url.searchParams.set("options", "-c a_later_setting=on");
    expect(await refusalOf(url.toString())).toMatch(
      /^READ_ONLY .*"a_later_setting"\. Handshake needs PostgreSQL 14 or newer/,
    );
  });

  test("a role without the right to make its schema is told how to get it", async () => {
    const url = new URL(await freshDatabase(server));
    const role = `poor_${process.pid}`;
    await server.raw(url.toString(), `create role ${role} login password 'secret'`);
    onTestFinished(async () => {
      await server.raw(url.toString(), `drop role ${role}`);
    });
    [url.username, url.password] = [role, "secret"];
    const refusal = await refusalOf(url.toString());
    expect(refusal).toMatch(
      /^DENIED Could not make the tables in postgresql:.*: permission denied for database (\w+)\. .*grant create on database \1 to/,
    );
    expect(refusal).not.toMatch(/secret/);
  });

  test("a schema may be named as a word of SQL is", async () => {
    const url = new URL(await freshDatabase(server));
    url.searchParams.set("schema", "user");
    const storage = await openPostgresStorage({ url: url.toString(), appVersion: "0.1.0" });
    expect(await storage.countRunsByState()).toMatchObject({ running: 0 });
    await storage.close();
  });

  test("an authority that cannot be read is what the message is about, not the server", async () => {
    const url = new URL(server.freshUrl());
    url.searchParams.set("sslmode", "verify-full");
    url.searchParams.set("sslrootcert", "/nowhere/ca.pem");
    expect(await refusalOf(url.toString())).toMatch(
      /^DENIED .*A file .*\(sslrootcert.*Correct its path/,
    );
  });
});

let made = 0;

/** A database of its own on the server; what is set for it is set for nobody else. */
async function freshDatabase(server: TestServer, how = ""): Promise<string> {
  const base = server.freshUrl();
  const name = `unfit_${process.pid}_${(made += 1)}`;
  await server.raw(base, `create database ${name} ${how}`);
  onTestFinished(async () => {
    await server.raw(base, `drop database ${name} with (force)`);
  });
  const url = new URL(base);
  url.pathname = name;
  return url.toString();
}

async function alter(server: TestServer, url: string, what: string): Promise<void> {
  await server.raw(url, `alter database ${new URL(url).pathname.slice(1)} ${what}`);
}

async function refusalOf(url: string): Promise<string> {
  const error: unknown = await openPostgresStorage({ url, appVersion: "0.1.0" }).then(
    (storage) => storage.close(),
    (reason: unknown) => reason,
  );
  return error instanceof StorageError ? `${error.code} ${error.message}` : String(error);
}
