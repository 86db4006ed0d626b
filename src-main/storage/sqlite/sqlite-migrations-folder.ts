import { fileURLToPath } from "node:url";

/** In the source tree; a packaged app passes its own. */
export const defaultMigrationsFolder = fileURLToPath(
  new URL("../../../migrations/sqlite/", import.meta.url),
);
