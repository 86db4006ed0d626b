import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { StorageError } from "../../app/storage/storage-error.ts";
import { chooseDatabase, chosenDatabaseFile } from "./database-choice.ts";

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), "handshake-choice-"));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

const url = "postgresql://ada:secret@db.example:5432/team";
const other = "postgres://db.example/other";

it("the option comes before the environment, and that before what was set in the app", () => {
  const choose = (option?: string, set?: string) =>
    chooseDatabase({ option, env: { HANDSHAKE_DATABASE_URL: set }, dataFolder });
  expect(choose()).toEqual({ kind: "sqlite" });
  expect(choose(undefined, "")).toEqual({ kind: "sqlite" });
  writeFileSync(join(dataFolder, chosenDatabaseFile), JSON.stringify({ url: other }));
  expect(choose()).toEqual({ kind: "postgres", url: other });
  expect(choose(undefined, url)).toEqual({ kind: "postgres", url });
  expect(choose("sqlite", url)).toEqual({ kind: "sqlite" });
});

it("what names no database is refused, and a password is in no message", () => {
  for (const option of ["mysql://ada:secret@host/x", "postgresql://ada:secret@:bad:port", ""]) {
    const choosing = () => chooseDatabase({ option, env: {}, dataFolder });
    expect(choosing).toThrow(StorageError);
    expect(choosing).not.toThrow(/secret/);
  }
  writeFileSync(join(dataFolder, chosenDatabaseFile), '{"url": "secret');
  expect(() => chooseDatabase({ env: {}, dataFolder })).toThrow(
    /^.*database\.json names no database/,
  );
});
