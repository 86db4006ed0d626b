import { hash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PinnedDefinition } from "../../app/model/workflow-definition.ts";
import { parseWorkflow } from "../../app/validation/parse-workflow.ts";
import { pinDefinition } from "../../app/validation/pin-definition.ts";

/** The workflows of seeded runs: real ones, so that a seeded run can be resumed and run again. */
export interface SeedWorkflow {
  readonly fileName: string;
  readonly text: string;
  readonly pinned: PinnedDefinition;
  /** What a run of it is granted: all that it declares. */
  readonly grants: readonly string[];
}

const folder = new URL("./workflows/", import.meta.url);

/** By workflow id. */
export function readSeedWorkflows(): ReadonlyMap<string, SeedWorkflow> {
  const names = readdirSync(fileURLToPath(folder)).toSorted();
  return new Map(names.map((fileName) => read(fileName)));
}

function read(fileName: string): readonly [string, SeedWorkflow] {
  const text = readFileSync(new URL(fileName, folder), "utf8");
  const parsed = parseWorkflow({ text, file: fileName });
  if (!parsed.ok) throw new Error(`${fileName}: ${parsed.problems[0]?.message ?? "not valid"}`);
  const { source, definition } = parsed;
  const pinned = pinDefinition({
    source,
    definition,
    nodeTypeVersions: Object.fromEntries(definition.nodes.map(({ type }) => [type, 1])),
    sha256: (content) => hash("sha256", content, "hex"),
  });
  return [definition.id, { fileName, text, pinned, grants: definition.capabilities }];
}
