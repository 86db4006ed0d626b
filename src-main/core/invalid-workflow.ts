import type { Problem } from "../../app/validation/problem.ts";

/** A workflow file that cannot be run as it is: every problem that was found, at least one. */
export class InvalidWorkflow extends Error {
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(`${first?.message ?? `${file} is not a workflow.`}${more}`);
    this.name = "InvalidWorkflow";
    this.file = file;
    this.problems = problems;
  }
}
