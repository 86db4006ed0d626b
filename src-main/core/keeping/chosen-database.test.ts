import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { onPostgres } from "../../storage/postgres/postgres-fixture.conformance.ts";
import { chosenDatabaseFile, readChosenDatabase } from "../database-choice.ts";
import { keepDatabaseChoice } from "./chosen-database.ts";

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), "handshake-chosen-"));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

it("an address that is none, or leads nowhere, is refused and not kept", async () => {
  await expect(
    keepDatabaseChoice({ dataFolder, url: "mysql://ada:s3cret@host/x" }),
  ).rejects.toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
  const away = keepDatabaseChoice({ dataFolder, url: "postgresql://ada:s3cret@127.0.0.1:1/team" });
  await expect(away).rejects.toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
  await expect(away).rejects.not.toThrow(/s3cret/);
  expect(existsSync(join(dataFolder, chosenDatabaseFile))).toBe(false);
});

it("the data folder's own file is chosen again by removing the choice", async () => {
  const url = "postgresql://db.example/team";
  writeFileSync(join(dataFolder, chosenDatabaseFile), JSON.stringify({ url }));
  expect(readChosenDatabase(dataFolder)).toEqual({ kind: "postgres", url });
  expect(await keepDatabaseChoice({ dataFolder, url: null })).toEqual({
    location: dataFolder,
    isOverruled: false,
  });
  expect(readChosenDatabase(dataFolder)).toEqual({ kind: "sqlite" });
});

await onPostgres((server) => {
  it("an empty database is kept, and one that is not there is refused", async () => {
    const url = server.freshUrl();
    const missing = new URL(url);
    missing.pathname = "nowhere_at_all";
    await expect(keepDatabaseChoice({ dataFolder, url: missing.toString() })).rejects.toThrow(
      expect.objectContaining({ code: "BAD_REQUEST" }),
    );
    expect(existsSync(join(dataFolder, chosenDatabaseFile))).toBe(false);
    await keepDatabaseChoice({ dataFolder, url });
    expect(readChosenDatabase(dataFolder)).toEqual({ kind: "postgres", url });
  });
});
