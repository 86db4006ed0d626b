import { readFileSync, statSync } from "node:fs";
import type { LibraryEntry } from "../../../app/contract/workflows.ts";
import type { RunRow } from "../../../app/contract/run-row.ts";
import { limits } from "../../../app/contract/limits.ts";
import { canonicalJson } from "../../../app/model/canonical-json.ts";
import { parseWorkflow } from "../../../app/validation/parse-workflow.ts";
import { InvalidWorkflow } from "../invalid-workflow.ts";
import type { LibraryCopy } from "../keeping/workflow-library.ts";
import { titleOf } from "../reading/node-names.ts";
import type { HandlerParts } from "./handler.ts";

/** A copy as the list shows it. Null when this version of the app cannot read it any more. */
export function libraryEntryOf(
  copy: LibraryCopy,
  lastRun: RunRow | undefined,
): LibraryEntry | null {
  const parsed = parseWorkflow({ text: copy.text, file: copy.fileName });
  if (!parsed.ok) return null;
  const { definition } = parsed;
  const { workflowId, definitionHash, fileName, path, addedAt } = copy;
  return {
    workflowId,
    definitionHash,
    name: titleOf(definition.name),
    description: definition.description ?? null,
    version: definition.version,
    steps: definition.nodes.length,
    fileName,
    path,
    file: fileStateOf(copy),
    addedAt,
    lastRun:
      lastRun === undefined
        ? null
        : { runId: lastRun.runId, status: lastRun.status, createdAt: lastRun.createdAt },
  };
}

/** Parses a file's text into the copy that the library keeps. Throws InvalidWorkflow. */
export function copyOf(
  { digest }: Pick<HandlerParts, "digest">,
  file: Omit<LibraryCopy, "workflowId" | "definitionHash">,
): LibraryCopy {
  const parsed = parseWorkflow({ text: file.text, file: file.fileName });
  if (!parsed.ok) throw new InvalidWorkflow(file.fileName, parsed.problems);
  const { sha256: definitionHash } = digest(canonicalJson(parsed.source));
  return { ...file, workflowId: parsed.definition.id, definitionHash };
}

/** The file's text as it is now; null when it is gone, or is none that a person would open here. */
export function readWorkflowAt(path: string): string | null {
  if (!/\.(?:json|handshake)$/i.test(path)) return null;
  try {
    const status = statSync(path);
    if (!status.isFile() || status.size > limits.clientMessageBytes) return null;
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function fileStateOf({ path, text }: LibraryCopy): LibraryEntry["file"] {
  if (path === null) return "unknown";
  const now = readWorkflowAt(path);
  if (now === null) return "missing";
  return now === text ? "same" : "changed";
}
