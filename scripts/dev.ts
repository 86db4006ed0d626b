// `npm run dev [-- --data DIR]`: the screens with hot reload, against a core of its own.
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serve } from "../src-main/serve/serve.ts";
import { startDevScreens } from "./dev/dev-screens.ts";
import { fillFolder } from "./seed/fill-folder.ts";

const seededRuns = 200;
const drainMs = 2_000;

const { values } = parseArgs({ options: { data: { type: "string" } } });
// Not a person's own runs: what is being changed must not reach them.
const folder = values.data ?? fileURLToPath(new URL("../dist/dev-data", import.meta.url));
if (!existsSync(folder)) {
  mkdirSync(dirname(folder), { recursive: true });
  await fillFolder({ folder, runs: seededRuns, nowMs: Date.now(), seed: 1 });
}
const served = await serve({ dataFolder: { path: folder, isDefault: false }, port: null });
const screens = await startDevScreens({ corePort: served.port });
console.log(
  `Data: ${folder}. Screens reload by themselves; after a change below src-main start again.`,
);
console.log(served.newAddress().replace(`:${served.port}/`, `:${screens.port}/`));

let isEnding = false;
const end = (): void => {
  if (isEnding) return;
  isEnding = true;
  void screens.close().then(() => served.close({ drainMs }));
};
process.on("SIGINT", end);
process.on("SIGTERM", end);
