import { fileURLToPath } from "node:url";

export const defaultMigrationsFolder = fileURLToPath(
  new URL("../../../migrations/postgres/", import.meta.url),
);
