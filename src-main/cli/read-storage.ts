import type { Storage } from "../../app/storage/storage.ts";
import { openReadOnlyStorage } from "../core/open-storage.ts";
import type { CommandContext } from "./command.ts";

/**
 * Reads the data folder without owning it: works beside a living owner and creates nothing. Throws
 * NOT_FOUND (exit code 4) where no data was ever written.
 */
export async function readStorage<Result>(
  context: CommandContext,
  read: (storage: Storage) => Promise<Result>,
): Promise<Result> {
  const storage = await openReadOnlyStorage(context.dataFolder().path, context.database());
  try {
    return await read(storage);
  } finally {
    await storage.close();
  }
}
