// `npm run seed -- --runs N [--data DIR]`: fills a data folder with a believable history.
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { chooseDataFolder, DataFolderError, ensureDataFolder } from "../src-main/data-folder.ts";
import { StorageError } from "../app/storage/storage-error.ts";
import { fillFolder } from "./seed/fill-folder.ts";

const usage = `npm run seed -- --runs N [--data DIR] [--anyway] [--seed N] [--now TIME]
  --runs N     how many runs; the first ones show every state
  --data DIR   the data folder; it must be empty or not there
  --anyway     also where it is not empty: made-up runs stand beside real ones then
  --seed N     another history; 1 by default
  --now TIME   when the history ends (RFC 3339); this moment by default`;

process.exitCode = await seed();

async function seed(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const { runs, seed: number, nowMs, data, isAnyway } = options;
  const folder = chooseDataFolder({ option: data, env: process.env });
  if (!isAnyway && existsSync(folder.path) && readdirSync(folder.path).length > 0) {
    console.error(
      `${folder.path} is not empty, and a history that is made up must not be mixed with a real one by accident. Name an empty folder with --data, or say --anyway.`,
    );
    return 4;
  }
  const begun = performance.now();
  try {
    ensureDataFolder(folder);
    const seeded = await fillFolder({ folder: folder.path, runs, seed: number, nowMs });
    for (const [state, count] of Object.entries(seeded.runs)) {
      if (count > 0) console.log(`${String(count).padStart(9)}  ${state}`);
    }
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    console.log(`${runs} runs in ${folder.path}, in ${seconds} s.`);
    return 0;
  } catch (error) {
    if (!(error instanceof StorageError) && !(error instanceof DataFolderError)) throw error;
    console.error(error.message);
    return 4;
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: "string" },
        data: { type: "string" },
        seed: { type: "string", default: "1" },
        now: { type: "string" },
        anyway: { type: "boolean", default: false },
      },
    });
    const runs = Number(values.runs);
    const nowMs = values.now === undefined ? Date.now() : Date.parse(values.now);
    const isUsable = Number.isInteger(runs) && runs > 0 && runs <= 5_000_000;
    if (!isUsable || Number.isNaN(nowMs) || !/^\d{1,9}$/.test(values.seed)) return null;
    return {
      runs,
      nowMs,
      seed: Number(values.seed),
      data: values.data,
      isAnyway: values.anyway,
    };
  } catch {
    return null;
  }
}
