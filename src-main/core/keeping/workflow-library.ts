import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { WorkflowId } from "../../../app/contract/workflow-choice.ts";
import { dataFile, writeDurably } from "./data-file.ts";

/** A copy of a workflow file, as it was added. */
export const LibraryCopy = z.strictObject({
  workflowId: WorkflowId,
  definitionHash: z.string().length(64),
  fileName: z.string(),
  path: z.string().nullable(),
  addedAt: z.iso.datetime(),
  text: z.string(),
});
export type LibraryCopy = z.infer<typeof LibraryCopy>;

/** Copies of workflow files by id: one file each in the data folder's `library/`. */
export interface WorkflowLibrary {
  /** By id. */
  list(): readonly LibraryCopy[];
  get(workflowId: string): LibraryCopy | null;
  put(copy: LibraryCopy): void;
  remove(workflowId: string): boolean;
}

export function openWorkflowLibrary(
  dataFolder: string,
  onDamage: (path: string) => void,
): WorkflowLibrary {
  const folder = join(dataFolder, "library");
  // The id was checked by its schema: it holds no separators, and no dot.
  const pathOf = (workflowId: string): string =>
    join(folder, `${WorkflowId.parse(workflowId)}.json`);
  const read = (workflowId: string): LibraryCopy | null =>
    dataFile({
      path: pathOf(workflowId),
      schema: LibraryCopy.nullable(),
      empty: null,
      onDamage,
    }).read();
  return {
    list() {
      if (!existsSync(folder)) return [];
      const ids = readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(0, -".json".length))
        .filter((id) => WorkflowId.safeParse(id).success);
      return ids.toSorted().flatMap((id) => read(id) ?? []);
    },
    get: read,
    put(copy) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeDurably(pathOf(copy.workflowId), JSON.stringify(copy));
    },
    remove(workflowId) {
      const path = pathOf(workflowId);
      if (!existsSync(path)) return false;
      rmSync(path);
      return true;
    },
  };
}
