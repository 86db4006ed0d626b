import type { NodeRow } from "../../../app/contract/node-row.ts";
import type { PlannedNode } from "../../../app/contract/run.ts";

/** So many siblings stand in rows of their own; more become one group row (ui.md §9). */
export const mostSiblingRows = 50;

/**
 * Siblings are
 * - nodes of the plan with the same type and the same parents: a fan-out. Those without parents are siblings
 *   of each other too;
 * - executions of one node in its iterations, at whatever depth;
 * - until their plan is loaded: executions of one type.
 *
 * Nodes behind a fan-out have different parents each and are no siblings. Since siblings have the same parents,
 * their group stands where the first of them does without breaking the topological order.
 */
export interface SiblingClass {
  /** The same for siblings only. */
  readonly id: string;
  /** Part of the group's key: it stays the same while more siblings are loaded. */
  readonly groupKey: (first: { readonly path: string }) => string;
}

export function classOfPlanned(plan: PlannedNode): SiblingClass {
  const known = knownClasses.get(plan);
  if (known !== undefined) return known;
  const made: SiblingClass = {
    id: `plan ${JSON.stringify([plan.type, ...plan.after.toSorted()])}`,
    groupKey: (first) => `siblings of ${first.path}`,
  };
  knownClasses.set(plan, made);
  return made;
}

/** A join of 10,000 has a long list of parents, which is read once. */
const knownClasses = new WeakMap<PlannedNode, SiblingClass>();

/** Of an execution whose node stands in no plan that is loaded, or that is one iteration of several. */
export function classOfExecuted(node: NodeRow): SiblingClass {
  const id = node.iterationPath === "" ? `type ${node.nodeType}` : `iterations of ${node.nodePath}`;
  return { id, groupKey: () => id };
}

/** How many names begin: with whole words, without a number behind them. Null when that tells nothing. */
export function commonName(names: readonly string[]): string | null {
  let common = names[0] ?? "";
  for (const name of names) {
    if (!name.startsWith(common)) common = common.slice(0, sharedLength(common, name));
  }
  if (common !== "" && names.every((name) => name === common)) return common;
  // "Read a" of "Read apples" and "Read art" ends within a word, "part" of "part1" and "part2" does not.
  const isCut = names.some((name) => letter.test(name.slice(common.length)));
  const words = isCut ? common.replace(/[\p{L}\p{M}]+$/u, "") : common;
  const name = words.replace(/[^\p{L}\p{M}]+$/u, "");
  return name.length < 3 ? null : name;
}

const letter = /^[\p{L}\p{M}]/u;

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
