// node faults/migration-kills/run.ts --kills 500 [--seed 1] [--only INDEX]
import { parseArgs } from "node:util";
import { compilePreload } from "../power-loss/compile-preload.ts";
import { killMigrations, migrationKillsFigures } from "./migration-kills.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const preload = compilePreload(new URL("../io-faults/inject-faults.c", import.meta.url));
if (!preload.ok) console.log(`Kills at crash points only: ${preload.reason}.`);
const result = await killMigrations({
  seed: Number(values.seed),
  kills: Number(values.kills),
  preload: preload.ok ? preload.file : null,
  ...(values.only === undefined ? {} : { only: Number(values.only) }),
});
if (preload.ok) preload.remove();
for (const failure of result.failures) console.error(failure);
console.log(migrationKillsFigures(result));
process.exitCode = result.failures.length === 0 ? 0 : 1;
