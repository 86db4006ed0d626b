import { parseJson, type JsonValue } from "../model/json.ts";
import { toPointer } from "../model/json-pointer.ts";
import { WorkflowDefinition } from "../model/workflow-definition.ts";
import { findJsonProblem } from "./find-json-problem.ts";
import { createProblemList, showValue, type Problem } from "./problem.ts";
import { addFormatProblems } from "./format-problems.ts";

export type ParsedWorkflow =
  | { readonly ok: true; readonly source: JsonValue; readonly definition: WorkflowDefinition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a workflow file: JSON in which each name stands once, of format 1. `source` is the JSON as
 * written (what the definition's hash is taken of), `definition` has every default filled in.
 */
export function parseWorkflow(written: {
  readonly text: string;
  readonly file: string;
}): ParsedWorkflow {
  // Some editors begin a file with a byte order mark.
  const text = written.text.replace(/^\ufeff/, "");
  const list = createProblemList({ stage: "schema", file: written.file });
  const problem = findJsonProblem(text);
  if (problem !== null) {
    const { code, path, line, column, expected } = problem;
    const lineText = text.split(/\r\n|\n|\r/)[line - 1] ?? "";
    list.add({
      code,
      pointer: toPointer(path),
      message: `${problem.message} (line ${line}, column ${column})`,
      found: showValue(lineText.slice(column - 1, column + 29) || "the end of the line"),
      expected,
    });
    return { ok: false, problems: list.problems };
  }
  const source = parseJson(text);
  const parsed = WorkflowDefinition.safeParse(source);
  if (parsed.success) return { ok: true, source, definition: parsed.data };
  addFormatProblems(list, { source, issues: parsed.error.issues });
  return { ok: false, problems: list.problems };
}
