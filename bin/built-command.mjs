// The `handshake` command as a bundle (cli.vite.config.ts), which starts in half the time of its sources. It
// is used only while it is known to be made of them: a file that was changed since then is run itself.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The bundle's address, for `import`. */
export const builtCommand = new URL("../dist/cli/cli.js", import.meta.url).href;

const root = fileURLToPath(new URL("..", import.meta.url));
const record = fileURLToPath(new URL("../dist/cli/made-of.json", import.meta.url));
const sources = [
  "app",
  "src-main",
  "cli.vite.config.ts",
  "scripts/bundle",
  "package.json",
  "package-lock.json",
  // What npm installed, and when.
  "node_modules/.package-lock.json",
];

const isOfTests = /\.(test|fixture|conformance)\.ts$/;

/** False also where there is no bundle. */
export function isBuiltCommandCurrent() {
  try {
    const madeOf = Object.entries(JSON.parse(readFileSync(record, "utf8")));
    // A new file counts once a file that was there imports it.
    return madeOf.every(([path, stamp]) => stampOf(path) === stamp);
  } catch {
    return false;
  }
}

/** To be called before the bundle is made; what it answers is to be called afterwards. */
export function beginBuildingCommand() {
  rmSync(record, { force: true });
  const madeOf = Object.fromEntries(sources.flatMap(filesIn).map((path) => [path, stampOf(path)]));
  return () => writeFileSync(record, JSON.stringify(madeOf));
}

/** As git's index knows that a file did not change. */
function stampOf(path) {
  const { size, mtimeMs, ctimeMs } = statSync(root + path);
  return `${size} ${mtimeMs} ${ctimeMs}`;
}

function filesIn(path) {
  if (!statSync(root + path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(root + path)
    .filter((name) => !isOfTests.test(name))
    .flatMap((name) => filesIn(`${path}/${name}`));
}
