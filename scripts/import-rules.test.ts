import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import * as z from "zod";

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** Each file breaks exactly the rules named beside it; an empty list is an allowed import. */
const cases: { file: string; imports: string; breaks: string[] }[] = [
  { file: "app/model/a.ts", imports: "zod", breaks: [] },
  { file: "app/model/b.ts", imports: "../storage/storage.ts", breaks: ["app-model"] },
  { file: "app/model/c.ts", imports: "node:fs", breaks: ["app-model"] },
  { file: "app/model/d.ts", imports: "jsonata", breaks: ["app-model"] },
  { file: "app/model/e.test.ts", imports: "node:fs", breaks: [] },
  { file: "app/storage/a.ts", imports: "../model/job.ts", breaks: [] },
  { file: "app/storage/b.ts", imports: "../engine/engine.ts", breaks: ["app-storage"] },
  {
    file: "app/storage/c.ts",
    imports: "better-sqlite3",
    breaks: ["app-storage", "drivers-only-in-storage"],
  },
  { file: "app/storage/d.conformance.ts", imports: "vitest", breaks: [] },
  { file: "app/contract/a.ts", imports: "../storage/storage.ts", breaks: ["app-contract"] },
  { file: "app/expression/a.ts", imports: "jsonata", breaks: [] },
  { file: "app/expression/b.ts", imports: "../engine/engine.ts", breaks: ["app-expression"] },
  { file: "app/validation/a.ts", imports: "../expression/a.ts", breaks: [] },
  { file: "app/validation/b.ts", imports: "@cfworker/json-schema", breaks: [] },
  { file: "app/validation/c.ts", imports: "../storage/storage.ts", breaks: ["app-validation"] },
  { file: "app/engine/a.ts", imports: "../storage/storage.ts", breaks: [] },
  { file: "app/engine/b.ts", imports: "../contract/contract.ts", breaks: ["app-engine"] },
  { file: "app/engine/c.ts", imports: "node:crypto", breaks: ["app-engine"] },
  {
    file: "app/engine/d.ts",
    imports: "../storage/d.conformance.ts",
    breaks: ["app-engine", "product-does-not-import-tests"],
  },
  { file: "app/other/a.ts", imports: "zod", breaks: ["app-has-no-other-folders"] },
  { file: "src-main/storage/a.ts", imports: "better-sqlite3", breaks: [] },
  { file: "src-main/storage/b.ts", imports: "../nodes/node.ts", breaks: ["src-main-storage"] },
  { file: "src-main/nodes/a.ts", imports: "node:http", breaks: [] },
  { file: "src-main/nodes/b.ts", imports: "../core/core.ts", breaks: ["src-main-nodes"] },
  { file: "src-main/core/a.ts", imports: "../data-folder.ts", breaks: [] },
  { file: "src-main/core/b.ts", imports: "../cli/main.ts", breaks: ["src-main-core"] },
  {
    file: "src-main/core/c.ts",
    imports: "better-sqlite3",
    breaks: ["drivers-only-in-storage", "src-main-core"],
  },
  { file: "src-main/cli/a.ts", imports: "../core/core.ts", breaks: [] },
  {
    file: "src-main/cli/b.ts",
    imports: "../serve/serve.ts",
    breaks: ["cli-and-serve-are-apart"],
  },
  {
    file: "src-main/cli/c.ts",
    imports: "electron",
    breaks: ["electron-only-in-electron", "src-main-hosts"],
  },
  { file: "src-main/data-folder.ts", imports: "../app/model/job.ts", breaks: ["the-machine"] },
  { file: "src-main/electron/a.ts", imports: "electron", breaks: [] },
  { file: "src-main/electron/b.ts", imports: "jsonata", breaks: ["src-main-electron"] },
  { file: "src-main/electron/preload.ts", imports: "node:fs", breaks: ["electron-preload"] },
  { file: "src-renderer/a.ts", imports: "../app/model/job.ts", breaks: [] },
  { file: "src-renderer/b.ts", imports: "../app/engine/engine.ts", breaks: ["src-renderer"] },
  {
    file: "src-main/cli/d.ts",
    imports: "../../bench/run.ts",
    breaks: ["product-does-not-import-tests", "src-main-hosts"],
  },
  { file: "bin/a.mjs", imports: "../src-main/core/core.ts", breaks: ["bin"] },
  { file: "app/model/round.ts", imports: "./trip.ts", breaks: ["no-cycles"] },
  // A cycle is reported once.
  { file: "app/model/trip.ts", imports: "./round.ts", breaks: [] },
  { file: "app/model/lost.ts", imports: "", breaks: ["no-orphans"] },
  { file: "scripts/a.ts", imports: "./absent.ts", breaks: ["no-unresolvable"] },
];

const targets = [
  "app/model/job.ts",
  "app/storage/storage.ts",
  "app/contract/contract.ts",
  "app/engine/engine.ts",
  "src-main/nodes/node.ts",
  "src-main/core/core.ts",
  "src-main/cli/main.ts",
  "src-main/serve/serve.ts",
  "bench/run.ts",
];

const folder = mkdtempSync(join(tmpdir(), "handshake-import-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("each import that the table does not allow is an error, and no other", () => {
  for (const path of targets) write(path, "export {};\n");
  for (const { file, imports } of cases) {
    write(file, imports === "" ? "export {};\n" : `import type {} from "${imports}";\n`);
  }
  cpSync(".dependency-cruiser.cjs", join(folder, ".dependency-cruiser.cjs"));
  linkPackages(["zod", "jsonata", "better-sqlite3", "@cfworker", "vitest"]);
  // Not installed before the window exists.
  write("node_modules/electron/index.js", "");

  const found = brokenRules();

  const expected = Object.fromEntries(
    cases.filter(({ breaks }) => breaks.length > 0).map(({ file, breaks }) => [file, breaks]),
  );
  expect(found).toEqual(expected);
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function linkPackages(names: string[]): void {
  mkdirSync(join(folder, "node_modules"));
  for (const name of names) {
    const from = join(process.cwd(), "node_modules", name);
    symlinkSync(from, join(folder, "node_modules", name), "junction");
  }
}

function brokenRules(): Record<string, string[]> {
  const program = join(process.cwd(), "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const folders = ["app", "src-main", "src-renderer", "bin", "scripts", "bench"];
  const { stdout } = spawnSync(process.execPath, [program, "--output-type", "json", ...folders], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const broken: Record<string, Set<string>> = {};
  for (const { from, rule } of Report.parse(JSON.parse(stdout)).summary.violations) {
    (broken[from] ??= new Set()).add(rule.name);
  }
  return Object.fromEntries(
    Object.entries(broken).map(([file, rules]) => [file, [...rules].toSorted()]),
  );
}
