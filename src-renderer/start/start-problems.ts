import * as z from "zod";
import type { ApiError } from "../../app/contract/api-error.ts";
import { WorkflowProblem } from "../../app/contract/workflows.ts";
import { parsePointer } from "../../app/model/json-pointer.ts";
import type { FormPlan } from "../form/form-fields.ts";

const details = z.object({ problems: z.array(WorkflowProblem) });

/** What a refused start says is wrong; empty where it says nothing of the kind. */
export function readStartProblems(error: ApiError): readonly WorkflowProblem[] {
  const parsed = details.safeParse(error.details);
  return parsed.success ? parsed.data.problems : [];
}

/** Problems with the input go to their fields, the others stay. */
export function problemsByField(
  problems: readonly WorkflowProblem[],
  plan: FormPlan | null,
): { readonly errors: Record<string, string>; readonly rest: readonly WorkflowProblem[] } {
  const errors: Record<string, string> = {};
  const rest: WorkflowProblem[] = [];
  for (const problem of problems) {
    const [name] = parsePointer(problem.pointer);
    const isField = problem.nodeId === undefined && plan?.fields.some((one) => one.name === name);
    if (isField === true && name !== undefined) errors[name] = problem.message;
    else rest.push(problem);
  }
  return { errors, rest };
}
