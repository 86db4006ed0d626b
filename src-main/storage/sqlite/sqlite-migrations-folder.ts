import { fileURLToPath } from "node:url";

/** In the source tree; in a bundle the build leads the URL to the same folder, inside the archive of a packed app too. */
export const defaultMigrationsFolder = fileURLToPath(
  new URL("../../../migrations/sqlite/", import.meta.url),
);
