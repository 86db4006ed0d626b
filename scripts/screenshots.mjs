// `npm run screenshots [-- --only NAME]`: every screen, light and dark, into docs/screenshots/.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureChromium } from "./chromium.mjs";
import { takeScreenshots } from "./screenshots/take-screenshots.ts";

const { values } = parseArgs({
  options: { only: { type: "string" }, out: { type: "string" }, theme: { type: "string" } },
});
const folder = values.out ?? fileURLToPath(new URL("../docs/screenshots", import.meta.url));
const failure = ensureBuilt("build:renderer");
const chromium = ensureChromium();
if (failure !== null || chromium.path === null) {
  console.error(failure ?? chromium.reason);
  process.exitCode = 1;
} else {
  await takeScreenshots({
    chromiumPath: chromium.path,
    folder,
    only: values.only ?? null,
    theme: values.theme ?? null,
    onTaken: (name) => console.log(name),
    onFailed: (name, error) => {
      console.error(`${name}: ${error.message}`);
      process.exitCode = 1;
    },
  });
}
