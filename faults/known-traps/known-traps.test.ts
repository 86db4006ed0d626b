import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { knownTraps } from "./known-traps.ts";
import { edited, projectFolder } from "./rebuild-trap.ts";

// Running them takes minutes: node faults/known-traps/run.ts. Here: that it still can.

it.each(knownTraps)("can still be rebuilt: $trap", ({ edits }) => {
  const texts = new Map<string, string>();
  for (const edit of edits) {
    const text = texts.get(edit.file) ?? readFileSync(join(projectFolder, edit.file), "utf8");
    texts.set(edit.file, edited(text, edit));
  }
  expect(texts.size).toBeGreaterThan(0);
});

it("each test that is named after a trap is proven by one that was rebuilt", () => {
  const files = globSync("{app,src-main}/**/*.{test,conformance}.ts", { cwd: projectFolder });
  const tests = files.flatMap((file) => {
    const text = readFileSync(join(projectFolder, file), "utf8");
    return text.match(/(?<=test|it)\("[^"]*trap: [^"]+/g) ?? [];
  });
  expect(tests.length).toBeGreaterThanOrEqual(19);
  const unproven = tests.filter((name) => !knownTraps.some(({ test }) => name.includes(test)));
  expect(unproven).toEqual([]);
});
