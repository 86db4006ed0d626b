import type { JsonValue } from "../model/json.ts";
import { safeText } from "../model/safe-text.ts";
import { nearestName } from "./nearest-name.ts";

/** The five stages, in the order in which they run. */
export type ValidationStage = "schema" | "graph" | "capability" | "credential" | "budget";

/** One thing that is wrong with a workflow, its input or its grants, and what to do about it. */
export interface Problem {
  readonly stage: ValidationStage;
  /** Like `UNKNOWN_NODE_TYPE`: for programs, and for tests. */
  readonly code: string;
  readonly file: string;
  /** RFC 6901, in the file; of a problem with the run's input, in the input. */
  readonly pointer: string;
  /** The id of the node that it is in, where there is one. */
  readonly nodeId?: string;
  /** What is wrong: a phrase without a full stop. */
  readonly message: string;
  /** What stands there, as short JSON or in words. */
  readonly found: string;
  /** What should stand there, or what to do. */
  readonly expected: string;
  /** The known name that comes closest to an unknown one. */
  readonly nearest?: string;
}

/** The problem in one line that may be shown in a terminal: where, what, what to do. */
export function formatProblem(problem: Problem): string {
  const { file, pointer, nodeId, message, found, expected, nearest } = problem;
  const node = nodeId === undefined ? "" : ` (node ${nodeId})`;
  const hint = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return safeText(
    `${file}#${pointer}${node}: ${message}; found ${found}, expected ${expected}.${hint}`,
  );
}

/** What a stage says of a problem; the list adds stage and file. */
export interface ProblemDraft {
  readonly code: string;
  readonly pointer: string;
  readonly nodeId?: string | undefined;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** The unknown name and the known ones. */
  readonly nearestTo?: { readonly name: string; readonly known: Iterable<string> };
}

/** Collects a stage's problems, no more than a person would read: a broken generator makes thousands. */
export interface ProblemList {
  readonly problems: readonly Problem[];
  readonly isFull: boolean;
  add(draft: ProblemDraft): void;
}

const mostProblems = 100;

export function createProblemList(of: {
  readonly stage: ValidationStage;
  readonly file: string;
}): ProblemList {
  const problems: Problem[] = [];
  return {
    problems,
    get isFull() {
      return problems.length >= mostProblems;
    },
    add(draft) {
      // The nearest name costs time for each problem, so it is not looked for in vain.
      if (problems.length >= mostProblems) return;
      const { nearestTo, nodeId, ...rest } = draft;
      const nearest = nearestTo === undefined ? null : nearestName(nearestTo.name, nearestTo.known);
      problems.push({
        ...of,
        ...rest,
        ...(nodeId === undefined ? {} : { nodeId }),
        ...(nearest === null ? {} : { nearest: `"${nearest}"` }),
      });
    },
  };
}

/** A value as short JSON. */
export function showValue(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** `"a", "b" or "c"`; long lists are cut. */
export function showNames(names: Iterable<string>): string {
  const all = [...names].map((name) => `"${name}"`);
  if (all.length > 12) return `${all.slice(0, 12).join(", ")} or ${all.length - 12} others`;
  const last = all.pop();
  if (last === undefined) return "nothing";
  return all.length === 0 ? last : `${all.join(", ")} or ${last}`;
}
