import { WorkflowDefinition } from "../model/workflow-definition.ts";
import { registry } from "./node-types.fixture.ts";
import { formatProblem, type Problem } from "./problem.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { validateWorkflow } from "./validate-workflow.ts";
import type { Validation } from "./validation.ts";

/** What the tests validate with, unless they say otherwise. */
const defaults = {
  registry,
  grants: null,
  input: undefined,
  hasSecret: () => true,
  accessMode: "apply_scoped",
} as const;

/** Parses and validates a file's text; the problems as a person reads them. */
export function problemsOfText(
  written: { readonly text: string; readonly file: string },
  options: Partial<Validation> = {},
): string[] {
  const parsed = parseWorkflow(written);
  const problems = parsed.ok
    ? validateWorkflow({ ...defaults, ...written, definition: parsed.definition, ...options })
    : parsed.problems;
  return problems.map(formatProblem);
}

/** A definition of which only what matters is written. */
export function define(part: object): WorkflowDefinition {
  return WorkflowDefinition.parse({
    formatVersion: 1,
    id: "w",
    name: "W",
    version: 1,
    nodes: [{ id: "a", type: "transform", with: { value: 1 } }],
    ...part,
  });
}

export function problemsOf(
  part: object,
  options: Partial<Validation> = {},
): { stage: string; code: string; pointer: string; text: string }[] {
  return validate(define(part), options).map((problem) => ({
    stage: problem.stage,
    code: problem.code,
    pointer: problem.pointer,
    text: formatProblem(problem),
  }));
}

export function validate(
  definition: WorkflowDefinition,
  options: Partial<Validation> = {},
): readonly Problem[] {
  return validateWorkflow({ ...defaults, file: "w.json", definition, ...options });
}
