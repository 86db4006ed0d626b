import { existsSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import type { WorkflowChoice } from "../../../app/contract/workflow-choice.ts";
import { RequestError } from "../request-error.ts";
import type { HandlerParts } from "./handler.ts";

/** The text that a choice means, and where its relative folders begin. */
export interface ChosenWorkflow {
  readonly text: string;
  /** For messages. */
  readonly file: string;
  readonly path: string | null;
  /** Absolute. */
  readonly baseDir: string;
}

/** Throws NOT_FOUND. */
export function chosenWorkflow(
  { library, samples, workFolder }: HandlerParts,
  choice: WorkflowChoice,
): ChosenWorkflow {
  switch (choice.from) {
    case "library": {
      const copy = library.get(choice.workflowId);
      if (copy === null)
        return missing(`There is no workflow ${choice.workflowId} in the library.`);
      const { text, fileName, path } = copy;
      return { text, file: fileName, path, baseDir: baseDirOf(path, workFolder) };
    }
    case "sample": {
      const sample = samples.find(({ definition }) => definition.id === choice.sampleId);
      if (sample === undefined) return missing(`There is no sample ${choice.sampleId}.`);
      return { text: sample.text, file: sample.fileName, path: null, baseDir: workFolder };
    }
    case "text": {
      const { text, fileName, path } = choice;
      return { text, file: fileName, path, baseDir: baseDirOf(path, workFolder) };
    }
  }
}

function baseDirOf(path: string | null, workFolder: string): string {
  if (path === null || !isAbsolute(path)) return workFolder;
  const folder = dirname(path);
  return existsSync(folder) ? folder : workFolder;
}

function missing(message: string): never {
  throw new RequestError("NOT_FOUND", message);
}
