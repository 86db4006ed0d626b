import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const folder = import.meta.dirname;
const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
const components = files.filter((file) => file.endsWith(".tsx"));

test.each(components)("every class that %s names is in its style sheet", (file) => {
  const source = readFileSync(join(folder, file), "utf8");
  const sheet = /import styles from "(.*\.module\.css)"/.exec(source)?.[1];
  if (sheet === undefined) return;
  const css = readFileSync(join(folder, dirname(file), sheet), "utf8");
  const named = [...source.matchAll(/\bstyles\.(\w+)/g)].map((match) => match[1] ?? "");
  const missing = named.filter((name) => !new RegExp(`\\.${name}\\b`).test(css));
  expect(missing).toEqual([]);
});

test("no component names a colour: the tokens do", () => {
  const sheets = files.filter((file) => file.endsWith(".module.css"));
  const wrong = sheets.filter((file) =>
    /#[0-9a-f]{3,8}\b|\brgb\(/i.test(readFileSync(join(folder, file), "utf8")),
  );
  expect(wrong).toEqual([]);
});
