import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Edit, KnownTrap } from "./known-traps.ts";

/** A copy of the project in which traps are rebuilt: child processes of the tests see them too. */
export interface TrapLab {
  /** How the trap's test ended with these edits in place; they are taken back afterwards. */
  run(trap: KnownTrap, edits: readonly Edit[]): Promise<TestEnd>;
  close(): void;
}

/** `broken`: the test was not found, or did not come to an end. */
export type TestEnd = "passed" | "failed" | "broken";

export const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
const copied = [
  "app", "src-main", "migrations", "samples", "docs", "bin", "scripts",
  "package.json", "vitest.config.ts", "tsconfig.base.json",
]; // prettier-ignore
const limitMs = 120_000;

export function openTrapLab(): TrapLab {
  const folder = mkdtempSync(join(tmpdir(), "handshake-traps-"));
  for (const name of copied) {
    cpSync(join(projectFolder, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
  return {
    async run(trap, edits) {
      const before = new Map<string, string>();
      try {
        for (const edit of edits) {
          const path = join(folder, edit.file);
          const text = readFileSync(path, "utf8");
          if (!before.has(path)) before.set(path, text);
          writeFileSync(path, edited(text, edit));
        }
        return await runTest(folder, trap);
      } finally {
        for (const [path, text] of before) writeFileSync(path, text);
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Throws where the text is not there as often as the edit says. */
export function edited(text: string, { file, find, replace, times = 1 }: Edit): string {
  const parts = text.split(find);
  if (parts.length !== times + 1) {
    throw new Error(`${file} has ${parts.length - 1} times, not ${times}: ${find}`);
  }
  return parts.join(replace);
}

async function runTest(folder: string, { file, test }: KnownTrap): Promise<TestEnd> {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  const pattern = test.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  const args = [vitest, "run", file, "-t", pattern, "--reporter=json", `--outputFile=${report}`];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, HANDSHAKE_TEST_SOURCES: "1" },
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
  await once(child, "close");
  clearTimeout(limit);
  return endOf(report, test);
}

function endOf(report: string, test: string): TestEnd {
  let text: string;
  try {
    text = readFileSync(report, "utf8");
  } catch {
    return "broken";
  }
  const { testResults } = JSON.parse(text) as VitestReport; // vitest's own shape
  const ends = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName }) => fullName.includes(test));
  const [end] = ends;
  if (ends.length !== 1 || end === undefined) return "broken";
  return end.status === "passed" || end.status === "failed" ? end.status : "broken";
}

interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}
