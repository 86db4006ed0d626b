import type * as z from "zod";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import { toPointer, valueAtPath } from "../model/json-pointer.ts";
import { RetryPolicy } from "../model/retry-policy.ts";
import {
  WorkflowDefinition,
  WorkflowEdge,
  WorkflowLimits,
  WorkflowNode,
} from "../model/workflow-definition.ts";
import { showNames, showValue, type ProblemList } from "./problem.ts";

/** Says in our words what zod found wrong with a workflow file. */
export function addFormatProblems(
  list: ProblemList,
  found: { readonly source: JsonValue; readonly issues: readonly z.core.$ZodIssue[] },
): void {
  const { source, issues } = found;
  // A name that is wrong explains one that is missing, so it comes first.
  const ordered = issues.toSorted((a, b) => rank(a) - rank(b));
  for (const issue of ordered) {
    if (list.isFull) return;
    if (issue.code === "unrecognized_keys") addUnknownNames(list, { source, issue });
    else addFormatProblem(list, { source, issue });
  }
}

function rank(issue: z.core.$ZodIssue): number {
  return issue.code === "unrecognized_keys" ? 0 : 1;
}

function addUnknownNames(
  list: ProblemList,
  found: { readonly source: JsonValue; readonly issue: z.core.$ZodIssueUnrecognizedKeys },
): void {
  const path = pathOf(found.issue);
  const object = valueAtPath(found.source, path);
  const known = Object.keys(shapeAt(path));
  const isTaken = (name: string): boolean => isJsonObject(object) && Object.hasOwn(object, name);
  const free = known.filter((name) => !isTaken(name));
  for (const key of found.issue.keys) {
    if (list.isFull) return;
    list.add({
      code: "UNKNOWN_NAME",
      pointer: toPointer([...path, key]),
      nodeId: nodeIdAt(found.source, path),
      message: `the name "${key}" is unknown here`,
      found: showValue(valueAtPath(found.source, [...path, key])),
      expected: `one of ${showNames(known)}`,
      nearestTo: { name: key, known: free },
    });
  }
}

function addFormatProblem(
  list: ProblemList,
  found: { readonly source: JsonValue; readonly issue: z.core.$ZodIssue },
): void {
  const { source, issue } = found;
  const path = pathOf(issue);
  const value = valueAtPath(source, path);
  const common = {
    pointer: toPointer(path),
    nodeId: nodeIdAt(source, path),
    found: showValue(value),
  };
  const last = path.at(-1);
  if (value === undefined) {
    const message = last === undefined ? "the value is missing" : `"${last}" is missing`;
    list.add({ code: "MISSING", ...common, message, expected: expectedOf(issue) });
    return;
  }
  const text = typeof value === "string" ? value : null;
  const values = issue.code === "invalid_value" ? issue.values.map(String) : null;
  list.add({
    code: issue.code === "invalid_value" ? "UNKNOWN_VALUE" : "WRONG_VALUE",
    ...common,
    message: "this value does not fit",
    expected: expectedOf(issue),
    ...(text === null || values === null ? {} : { nearestTo: { name: text, known: values } }),
  });
}

function expectedOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `${article(issue.expected)}`;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unit(issue.origin)}`;
    // A pattern's message is its description.
    case "invalid_format":
      return issue.message;
    case "unrecognized_keys":
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
      return issue.message;
  }
}

function article(type: string): string {
  if (type === "record") return "an object";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " items" : "";
}

/** The members that are known where an object stands in the file. */
function shapeAt(path: readonly (string | number)[]): object {
  const [first, , third] = path;
  if (first === undefined) return WorkflowDefinition.shape;
  if (first === "limits") return WorkflowLimits.shape;
  if (first === "edges") return WorkflowEdge.shape;
  if (first === "nodes") return third === "retry" ? RetryPolicy.shape : WorkflowNode.shape;
  return {};
}

function pathOf(issue: z.core.$ZodIssue): (string | number)[] {
  // JSON has no symbols as names.
  return issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

function nodeIdAt(source: JsonValue, path: readonly (string | number)[]): string | undefined {
  const id = path[0] === "nodes" ? valueAtPath(source, ["nodes", path[1] ?? "", "id"]) : undefined;
  return typeof id === "string" ? id : undefined;
}
