import { rmSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { rehearseOpening } from "../../storage/postgres/postgres-rehearsal.ts";
import { chooseDatabase, chosenDatabaseFile, parseDatabase } from "../database-choice.ts";
import { RequestError } from "../request-error.ts";
import { writeDurably } from "./data-file.ts";

/** Keeps which database the next start is to use; null: the data folder's own file. See `data.chooseDatabase`. */
export async function keepDatabaseChoice({
  dataFolder,
  url,
}: {
  readonly dataFolder: string;
  readonly url: string | null;
}): Promise<{ readonly location: string; readonly isOverruled: boolean }> {
  const path = join(dataFolder, chosenDatabaseFile);
  if (url === null) {
    rmSync(path, { force: true });
    return { location: dataFolder, isOverruled: isOverruled(dataFolder, null) };
  }
  const location = await reach(url);
  writeDurably(path, JSON.stringify({ url }));
  return { location, isOverruled: isOverruled(dataFolder, url) };
}

function isOverruled(dataFolder: string, url: string | null): boolean {
  const next = chooseDatabase({ env: process.env, dataFolder });
  return (next.kind === "postgres" ? next.url : null) !== url;
}

/** The address without its password, once the next start could use it: an empty database is filled then. */
async function reach(url: string): Promise<string> {
  try {
    const database = parseDatabase(url);
    if (database.kind !== "postgres")
      throw new StorageError("DENIED", "It is not of the form postgresql://host/database.");
    return await rehearseOpening({ url });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new RequestError(isOfAddress(error) ? "BAD_REQUEST" : "UNAVAILABLE", error.message);
  }
}

function isOfAddress({ code }: StorageError): boolean {
  return code === "DENIED" || code === "NOT_FOUND";
}
