import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

interface BuiltCommand {
  isBuiltCommandCurrent(): boolean;
  beginBuildingCommand(): () => void;
}

let folder: string;
let command: BuiltCommand;
const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "handshake-built-"));
  for (const path of ["app/model", "src-main", "scripts/bundle", "bin", "dist/cli"])
    mkdirSync(join(folder, path), { recursive: true });
  for (const path of ["cli.vite.config.ts", "package.json", "package-lock.json"]) write(path, "{}");
  write("app/model/one.ts", "export const one = 1;");
  write("app/model/one.test.ts", "one test");
  mkdirSync(join(folder, "node_modules"));
  write("node_modules/.package-lock.json", "{}");
  const copy = join(folder, "bin/built-command.mjs");
  cpSync(fileURLToPath(new URL("../bin/built-command.mjs", import.meta.url)), copy);
  // The copy of a module whose two functions these are.
  command = (await import(pathToFileURL(copy).href)) as BuiltCommand;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(): void {
  command.beginBuildingCommand()();
}

test("without a bundle the sources run", () => {
  expect(command.isBuiltCommandCurrent()).toBe(false);
});

test("a bundle is used while each of its sources is as it was, whatever happens to tests", () => {
  build();
  expect(command.isBuiltCommandCurrent()).toBe(true);
  write("app/model/one.test.ts", "another test");
  expect(command.isBuiltCommandCurrent()).toBe(true);
});

test.each([
  ["a source of the same length", () => write("app/model/one.ts", "export const one = 2;")],
  ["the lockfile", () => write("package-lock.json", "{ }")],
  ["what is installed", () => write("node_modules/.package-lock.json", "{ }")],
  ["a source that is gone", () => rmSync(join(folder, "app/model/one.ts"))],
  ["a record that was cut off", () => write("dist/cli/made-of.json", '{"app/mod')],
])("a bundle is not used after a change of %s", (_what, change) => {
  build();
  change();
  expect(command.isBuiltCommandCurrent()).toBe(false);
});

test("a bundle is not used while it is made, nor when a source changed meanwhile", () => {
  build();
  const ended = command.beginBuildingCommand();
  expect(command.isBuiltCommandCurrent()).toBe(false);
  write("app/model/one.ts", "export const one = 3;");
  ended();
  expect(command.isBuiltCommandCurrent()).toBe(false);
});
