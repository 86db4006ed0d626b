// `npm test`: set up, run every suite, end with one line that adds them all up.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot, setUp } from "./bootstrap.mjs";
import { ensureChromiumForSpecs } from "./chromium.mjs";
import { runSuite } from "./run-suite.mjs";

const MINUTE_MS = 60_000;

/**
 * Every suite there is, those of a line side by side: each of these has one thread, and prints at its end. Each
 * gives `{ passed, failed, skipped: [{ name, reason }], failure }`.
 */
const suites = [
  [check({ name: "types", script: "typecheck" })],
  [check({ name: "lint", script: "lint" })],
  [check({ name: "format", script: "format:check" })],
  [
    check({ name: "import rules", script: "imports" }),
    check({ name: "unused code", script: "unused" }),
  ],
  [{ name: "tests", run: runTests }],
  [{ name: "browser specs", run: runBrowserSpecs }],
];

setUp();
const results = await runAll();
printSummary(results);

async function runAll() {
  const done = [];
  for (const beside of suites) {
    console.log(`\n== ${beside.map(({ name }) => name).join(", ")}`);
    const results = await Promise.all(
      beside.map(async ({ name, run }) => ({ name, ...(await run()) })),
    );
    done.push(...results);
    if (results.some(({ failure }) => failure === "interrupted")) break;
  }
  return done;
}

function printSummary(results) {
  console.log("\n== summary");
  for (const { name, passed, failed, skipped, failure } of results) {
    const why = failure === null ? "" : `  (${failure})`;
    console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped.length} skipped${why}`);
    for (const skip of skipped) console.log(`  skipped: ${skip.name}: ${skip.reason}`);
  }
  const sum = (count) => results.reduce((total, result) => total + count(result), 0);
  const failed = sum((result) => result.failed);
  const isInterrupted = results.some((result) => result.failure === "interrupted");
  process.exitCode = isInterrupted ? 130 : failed > 0 ? 1 : 0;
  console.log(
    `${sum((result) => result.passed)} passed, ${failed} failed, ${sum((result) => result.skipped.length)} skipped`,
  );
}

/** A tool that only says yes or no counts as one. */
function check({ name, script }) {
  return {
    name,
    run: async () => counted(await runSuite({ script, limitMs: 5 * MINUTE_MS })),
  };
}

function counted(failure) {
  return {
    passed: failure === null ? 1 : 0,
    failed: failure === null ? 0 : 1,
    skipped: [],
    failure,
  };
}

function runTests() {
  return runCounting({
    script: "vitest",
    args: ["--reporter=default", "--reporter=./scripts/count-reporter.ts"],
  });
}

/** A suite that writes its counts to the file named by HANDSHAKE_TEST_COUNTS. */
async function runCounting({ script, args = [], env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "handshake-test-"));
  const countsFile = join(folder, "counts.json");
  const failure = await runSuite({
    script,
    args,
    limitMs: 30 * MINUTE_MS,
    env: { ...env, HANDSHAKE_TEST_COUNTS: countsFile },
  });
  const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, "utf8")) : null;
  rmSync(folder, { recursive: true });
  if (counts === null)
    return { ...counted(failure ?? `${script} reported no counts`), passed: 0, failed: 1 };
  // A run that failed without a failed test (no test found, a worker lost) is a failure all the same.
  if (failure !== null && counts.failed === 0) counts.failed = 1;
  return { ...counts, failure };
}

async function runBrowserSpecs() {
  const nothing = { passed: 0, failed: 0, skipped: [], failure: null };
  if (!hasBrowserSpecs()) {
    console.log("There are no browser specs (e2e/**/*.spec.ts), so Chromium is not needed.");
    return nothing;
  }
  const chromium = ensureChromiumForSpecs();
  if (chromium.path === null) {
    console.log(chromium.reason);
    return { ...nothing, skipped: [{ name: "all browser specs", reason: chromium.reason }] };
  }
  console.log(`Chromium: ${chromium.path}`);
  return runCounting({ script: "test:browser", env: { CHROMIUM_PATH: chromium.path } });
}

function hasBrowserSpecs() {
  const folder = join(projectRoot, "e2e");
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true }).some((name) => name.endsWith(".spec.ts"));
}
