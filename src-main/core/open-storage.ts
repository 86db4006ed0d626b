import type { Storage } from "../../app/storage/storage.ts";
import { openSqliteReader } from "../storage/sqlite/sqlite-reader.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { appVersion } from "./app-version.ts";
import type { MaintainedStorage } from "./maintenance.ts";

/** Opens the data for its owner: made where it is missing, backed up and migrated where that is due. */
export function openStorage(dataFolder: string): Promise<MaintainedStorage> {
  return openSqliteStorage({ folder: dataFolder, appVersion });
}

/** Opens the data without owning it. Makes nothing; NOT_FOUND where nothing was ever written. */
export function openReadOnlyStorage(dataFolder: string): Promise<Storage> {
  return openSqliteReader({ folder: dataFolder });
}
