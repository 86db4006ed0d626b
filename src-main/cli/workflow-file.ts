import { readFileSync, statSync } from "node:fs";
import type { AccessMode } from "../../app/model/job.ts";
import type { JsonValue } from "../../app/model/json.ts";
import { checkWorkflow, type CheckedWorkflow } from "../core/check-workflow.ts";
import { nodeRegistry } from "../core/core-ports.ts";
import { CommandError } from "./command-error.ts";
import type { CommandContext } from "./command.ts";
import { exitCode } from "./exit-code.ts";

export interface WorkflowFile {
  readonly text: string;
  /** As the person named it. */
  readonly file: string;
}

/** Far above what a person or a generator writes: 100,000 nodes take about 20 MB. */
const largestFileBytes = 64 * 1024 * 1024;

export function readWorkflowFile(path: string): WorkflowFile {
  try {
    const { size } = statSync(path);
    if (size > largestFileBytes)
      throw new Error(`it has ${size} bytes, the most is ${largestFileBytes}`);
    return { text: readFileSync(path, "utf8"), file: path };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError("FILE_UNREADABLE", `The workflow file ${path} cannot be read: ${why}.`, {
      exit: exitCode.usage,
      details: { file: path },
      cause: error,
    });
  }
}

export interface RunConditions {
  readonly input: JsonValue | undefined;
  readonly grants: readonly string[] | null;
  readonly accessMode?: AccessMode | undefined;
}

/**
 * Checks a workflow file before anything is opened or created. Throws `InvalidWorkflow`. Whether
 * secrets have a value is for the owner of the data folder to say.
 */
export function checkWorkflowFile(
  context: CommandContext,
  { text, file }: WorkflowFile,
  conditions: RunConditions,
): Promise<CheckedWorkflow> {
  const registry = nodeRegistry(context.dataFolder().path);
  return checkWorkflow({
    text,
    file,
    ...conditions,
    baseDir: process.cwd(),
    registry,
    secrets: null,
  });
}
