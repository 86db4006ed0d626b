import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import * as z from "zod";
import type { NodeType } from "../app/engine/node-registry.ts";
import { createNodeRegistry } from "../app/engine/node-registry.ts";
import { checkWorkflow } from "../src-main/core/check-workflow.ts";
import { builtInNodeTypes } from "../src-main/nodes/built-in-nodes.ts";
import { createEngineBed, human } from "../src-main/testing/engine-bed.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test("every example of docs/writing-workflows.md is a valid workflow", async () => {
  const registry = createNodeRegistry(builtInNodeTypes({ dataFolder: "/nowhere" }));
  const examples = blocksOf("docs/writing-workflows.md", "json");
  expect(examples.length).toBeGreaterThanOrEqual(5);
  for (const text of examples) {
    const { definition } = await checkWorkflow({
      text,
      file: "docs/writing-workflows.md",
      input: undefined,
      grants: null,
      baseDir: "/home/ada",
      registry,
      secrets: null,
    });
    expect(definition.nodes.length).toBeGreaterThan(0);
  }
});

test("docs/writing-workflows.md names every node type with its replay class", () => {
  const page = readFileSync(join(root, "docs/writing-workflows.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z.]+)` +\|.*\| `([a-z]+)` +\|$/gm)];
  const named = rows.map(([, type = "", replay = ""]) => `${type} ${replay}`);
  const registered = builtInNodeTypes({ dataFolder: "/nowhere" }).map(
    (one) => `${one.type} ${one.defaultReplay}`,
  );
  expect(named.toSorted()).toEqual(registered.toSorted());
});

test("the node type of docs/node-types.md compiles, and goes on after a crash where it stopped", async () => {
  const [code = ""] = blocksOf("docs/node-types.md", "ts");
  const folder = mkdtempSync(join(root, "node_modules/.cache/docs-example-"));
  try {
    const file = join(folder, "word-count.ts");
    writeFileSync(file, code.replaceAll('"../../app/', `"${join(root, "app")}/`));
    compile(folder, file);
    const texts: string[] = [];
    let isStuck = true;
    const type = await loadExample(file, (text) => {
      texts.push(text);
      return isStuck && texts.length === 2 ? new Promise(() => undefined) : Promise.resolve(2);
    });
    const bed = await createEngineBed([type]);
    try {
      const { runId } = await bed.start({
        nodes: [{ id: "count", type: "text.word-count", with: { texts: ["a b", "c d", "e f"] } }],
      });
      await bed.until(() => texts.length === 2, "the second text is being counted");
      isStuck = false;
      await bed.crash();
      await bed.engine.resumeRun({ runId, actor: human });
      await bed.until(async () => (await bed.status(runId)) === "completed", "it is completed");
      expect(await bed.nodeOutput(runId, "count")).toEqual({ total: 6 });
      expect(texts).toEqual(["a b", "c d", "c d", "e f"]);
    } finally {
      await bed.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function blocksOf(path: string, language: string): string[] {
  const page = readFileSync(join(root, path), "utf8");
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, block = ""]) => block,
  );
}

/** With the options of this project: what the page shows is what a reader can build on. */
function compile(folder: string, file: string): void {
  const project = join(folder, "tsconfig.json");
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: {
        lib: ["es2024"],
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
      },
      files: [file],
    }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "--project", project], { encoding: "utf8", stdio: "pipe" });
}

async function loadExample(
  file: string,
  count: (text: string) => Promise<number>,
): Promise<NodeType> {
  const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
  const Example = z.object({
    wordCount: z.custom<(of: typeof count) => NodeType>((value) => typeof value === "function"),
  });
  return Example.parse(module).wordCount(count);
}
