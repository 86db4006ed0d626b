import { afterAll, beforeAll, expect, test } from "vitest";
import { compilePreload, type Preload } from "../power-loss/compile-preload.ts";
import { killMigrations, migrationKillsFigures } from "./migration-kills.ts";

const kills = 50;

let preload: Preload;
beforeAll(() => {
  preload = compilePreload(new URL("../io-faults/inject-faults.c", import.meta.url));
});
afterAll(() => {
  if (preload.ok) preload.remove();
});

test(
  `[D1] ${kills} kills in the middle of a migration: whole or untouched, with an intact backup, completed by the next start`,
  { timeout: 900_000 },
  async () => {
    // Without a C compiler the kills happen at crash points only.
    const file = preload.ok ? preload.file : null;
    const result = await killMigrations({ seed: 1, kills, preload: file });
    console.log(migrationKillsFigures(result));
    expect({ kills: result.kills, failures: result.failures }).toEqual({ kills, failures: [] });
    // All three of them: the kills met the backup, and both migrations.
    expect(result.schemas.every((count) => count > 0)).toBe(true);
  },
);
