import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseWorkflow } from "../../../app/validation/parse-workflow.ts";
import type { WorkflowDefinition } from "../../../app/model/workflow-definition.ts";

/** A workflow that comes with the app and needs no key. */
export interface BundledSample {
  readonly definition: WorkflowDefinition;
  readonly fileName: string;
  readonly text: string;
  readonly isFirst: boolean;
}

export const bundledSamplesFolder = fileURLToPath(new URL("../../../samples", import.meta.url));
/** Takes about a minute: the one that a newcomer is to kill half-way. */
const firstSample = "long-report";

/** The highlighted one first, then by name. Files that are no workflows are left out. */
export function readSamples(folder: string = bundledSamplesFolder): readonly BundledSample[] {
  if (!existsSync(folder)) return [];
  const samples = readdirSync(folder)
    .filter((name) => name.endsWith(".json") || name.endsWith(".handshake"))
    .flatMap((name): BundledSample[] => {
      const text = readFileSync(join(folder, name), "utf8");
      const parsed = parseWorkflow({ text, file: name });
      if (!parsed.ok) return [];
      const { definition } = parsed;
      return [
        { definition, fileName: basename(name), text, isFirst: definition.id === firstSample },
      ];
    });
  return samples.toSorted(
    (a, b) =>
      Number(b.isFirst) - Number(a.isFirst) || a.definition.name.localeCompare(b.definition.name),
  );
}
