import type { Storage } from "../../app/storage/storage.ts";
import { openPostgresReader } from "../storage/postgres/postgres-reader.ts";
import { openPostgresStorage } from "../storage/postgres/postgres-storage.ts";
import { openSqliteReader } from "../storage/sqlite/sqlite-reader.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { appVersion } from "./app-version.ts";
import type { DatabaseChoice } from "./database-choice.ts";
import type { MaintainedStorage } from "./maintenance.ts";

/** Opens the data to write: made where it is missing, backed up and migrated where that is due. */
export function openStorage(
  dataFolder: string,
  database: DatabaseChoice = { kind: "sqlite" },
): Promise<MaintainedStorage> {
  switch (database.kind) {
    case "sqlite":
      return openSqliteStorage({ folder: dataFolder, appVersion });
    case "postgres":
      return openPostgresStorage({ url: database.url, appVersion });
  }
}

/** Opens the data without owning it. Makes nothing; NOT_FOUND where nothing was ever written. */
export function openReadOnlyStorage(
  dataFolder: string,
  database: DatabaseChoice = { kind: "sqlite" },
): Promise<Storage> {
  switch (database.kind) {
    case "sqlite":
      return openSqliteReader({ folder: dataFolder });
    case "postgres":
      return openPostgresReader({ url: database.url });
  }
}
