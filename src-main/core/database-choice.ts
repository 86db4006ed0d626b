import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { StorageError } from "../../app/storage/storage-error.ts";
import { howToEncode } from "../storage/postgres/postgres-address.ts";

/** Where runs are kept: in the data folder's own file, or in a database that several machines may share. */
export type DatabaseChoice =
  | { readonly kind: "sqlite" }
  | { readonly kind: "postgres"; readonly url: string };

export interface DatabaseSource {
  /** `--database URL`; `sqlite` is the data folder's own file, whatever else is set. */
  readonly option?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Holds what was set in the app. */
  readonly dataFolder: string;
}

/** `--database`, else HANDSHAKE_DATABASE_URL, else what was set in the app, else the data folder's own file. */
export function chooseDatabase({ option, env, dataFolder }: DatabaseSource): DatabaseChoice {
  const named = option ?? (env["HANDSHAKE_DATABASE_URL"] || undefined);
  return named === undefined ? readChosenDatabase(dataFolder) : parseDatabase(named);
}

/** Throws StorageError DENIED for what is neither. What it says never holds the text: a password may be in it. */
export function parseDatabase(text: string): DatabaseChoice {
  if (text === "sqlite") return { kind: "sqlite" };
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text))
    return { kind: "postgres", url: text };
  throw new StorageError(
    "DENIED",
    "The database is neither `sqlite` nor of the form postgresql://user:password@host:5432/database. " +
      `Look at --database, HANDSHAKE_DATABASE_URL and the app's settings. ${howToEncode}`,
  );
}

const ChosenDatabase = z.strictObject({ url: z.string() });

/** In the data folder (0600): it may hold a password, as `.pgpass` does. */
export const chosenDatabaseFile = "database.json";

/** What was set in the app; the data folder's own file when nothing was. */
export function readChosenDatabase(dataFolder: string): DatabaseChoice {
  let text: string;
  try {
    text = readFileSync(join(dataFolder, chosenDatabaseFile), "utf8");
  } catch {
    return { kind: "sqlite" };
  }
  try {
    return parseDatabase(ChosenDatabase.parse(JSON.parse(text)).url);
  } catch (cause) {
    // Never another database than the one that was meant: runs would seem to be gone.
    throw new StorageError(
      "DENIED",
      `${join(dataFolder, chosenDatabaseFile)} names no database. Mend it, or remove it to use the data folder's own file.`,
      { cause },
    );
  }
}
