import type { Storage } from "../../app/storage/storage.ts";
import { openPostgresReader } from "../storage/postgres/postgres-reader.ts";
import { openPostgresStorage } from "../storage/postgres/postgres-storage.ts";
import { openSqliteReader } from "../storage/sqlite/sqlite-reader.ts";
import { openSqliteStorage, type MigrationProgress } from "../storage/sqlite/sqlite-storage.ts";
import { appVersion } from "./app-version.ts";
import type { OnCoreProgress } from "./core-step.ts";
import type { DatabaseChoice } from "./database-choice.ts";
import type { MaintainedStorage } from "./maintenance.ts";

/** Opens the data to write: made where it is missing, backed up and migrated where that is due. */
export function openStorage(
  dataFolder: string,
  database: DatabaseChoice = { kind: "sqlite" },
  onProgress?: OnCoreProgress,
): Promise<MaintainedStorage> {
  switch (database.kind) {
    case "sqlite":
      return openSqliteStorage({
        folder: dataFolder,
        appVersion,
        onProgress: (progress) => tellMigration(progress, { folder: dataFolder, onProgress }),
      });
    case "postgres":
      return openPostgresStorage({ url: database.url, appVersion });
  }
}

function tellMigration(
  progress: MigrationProgress,
  told: { readonly folder: string; readonly onProgress: OnCoreProgress | undefined },
): void {
  switch (progress.kind) {
    case "backing-up": {
      const { file, bytes: total, folder: place } = progress;
      return told.onProgress?.("backing-up", { done: 0, total, place, file });
    }
    case "migrating": {
      const { number: done, of: total } = progress;
      return told.onProgress?.("migrating", { done, total, place: told.folder });
    }
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
