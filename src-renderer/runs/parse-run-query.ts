import { JobState } from "../../app/model/job.ts";
import { RunFilter, type RunTab } from "../../app/contract/runs.ts";

/** A part of the query that stands as a chip; `text` is how it is written. */
export interface QueryClause {
  readonly text: string;
  readonly field: "status" | "wf" | "is";
  readonly values: readonly string[];
  readonly isNegated: boolean;
}

export interface QueryProblem {
  /** Where in the query, from 0, and how many characters. */
  readonly at: number;
  readonly length: number;
  readonly kind: "field" | "value";
  readonly found: string;
  /** The nearest known word. */
  readonly nearest: string;
}

export type ParsedQuery =
  | {
      readonly ok: true;
      readonly filter: RunFilter;
      readonly clauses: readonly QueryClause[];
      readonly words: readonly string[];
      /** The states that were asked for exclude each other. */
      readonly isContradiction: boolean;
    }
  | { readonly ok: false; readonly problem: QueryProblem };

/** The part of the grammar of ui.md §8 that this release knows: status:, wf:, is: and free words. */
export function parseRunQuery(query: string, tab: RunTab): ParsedQuery {
  const clauses: QueryClause[] = [];
  const words: string[] = [];
  for (const token of splitQuery(query)) {
    const clause = readClause(token);
    if (clause === null) words.push(unquote(token.text));
    else if ("problem" in clause) return { ok: false, problem: clause.problem };
    else clauses.push(clause);
  }
  const states = statesOf(clauses);
  const workflow = clauses.find((clause) => clause.field === "wf");
  return {
    ok: true,
    clauses,
    words,
    isContradiction: states !== null && states.length === 0,
    filter: RunFilter.parse({
      tab,
      states: states ?? [],
      workflowId: workflow?.values[0] ?? null,
      text: words.join(" ").slice(0, 200),
    }),
  };
}

/** The groups that `is:` knows. */
export const isGroups = {
  active: ["queued", "running"],
  attention: ["awaiting_user", "awaiting_validation", "stalled", "poisoned", "failed"],
  waiting: ["awaiting_user", "awaiting_validation"],
  stalled: ["stalled", "poisoned"],
  done: ["completed", "completed_with_issues", "failed", "cancelled"],
} as const satisfies Record<string, readonly JobState[]>;

interface Token {
  readonly text: string;
  readonly at: number;
}

/** Splits at white space outside double quotes. */
function splitQuery(query: string): readonly Token[] {
  return [...query.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)].map((match) => ({
    text: match[0],
    at: match.index,
  }));
}

function readClause(token: Token): QueryClause | { readonly problem: QueryProblem } | null {
  const match = /^(-?)([A-Za-z.]+):(.*)$/.exec(token.text);
  if (match === null) return null;
  const [, minus = "", field = "", rest = ""] = match;
  // An address or a time is a word to look for, not a field.
  if (rest.startsWith("//")) return null;
  if (!isField(field)) {
    return {
      problem: {
        at: token.at + minus.length,
        length: field.length,
        kind: "field",
        found: field,
        nearest: nearest(field, fields),
      },
    };
  }
  const values = field === "wf" ? [unquote(rest)] : rest.split(",").filter((value) => value !== "");
  const wrong = values.find((value) => !isKnownValue(field, value));
  if (wrong !== undefined || values.length === 0 || values[0] === "") {
    const found = wrong ?? "";
    return {
      problem: {
        at: token.at + token.text.indexOf(found, minus.length + field.length + 1),
        length: Math.max(found.length, 1),
        kind: "value",
        found,
        nearest: field === "wf" ? "" : nearest(found, knownValues(field)),
      },
    };
  }
  return { text: token.text, field, values, isNegated: minus === "-" };
}

const fields = ["status", "wf", "is"] as const;
type Field = (typeof fields)[number];

function isField(field: string): field is Field {
  return (fields as readonly string[]).includes(field);
}

function knownValues(field: Field): readonly string[] {
  switch (field) {
    case "status":
      return JobState.options;
    case "is":
      return Object.keys(isGroups);
    case "wf":
      return [];
  }
}

function isKnownValue(field: Field, value: string): boolean {
  return field === "wf" || knownValues(field).includes(value);
}

/** Null: every state. All clauses must hold at once. */
function statesOf(clauses: readonly QueryClause[]): JobState[] | null {
  let states: JobState[] | null = null;
  for (const clause of clauses) {
    if (clause.field === "wf") continue;
    const named = new Set(clause.values.flatMap((value) => statesNamed(clause.field, value)));
    states = (states ?? [...JobState.options]).filter(
      (state) => named.has(state) !== clause.isNegated,
    );
  }
  return states;
}

function statesNamed(field: Field, value: string): readonly JobState[] {
  if (field === "is" && Object.hasOwn(isGroups, value)) {
    return isGroups[value as keyof typeof isGroups]; // hasOwn above
  }
  const state = JobState.safeParse(value);
  return state.success ? [state.data] : [];
}

function unquote(text: string): string {
  return text.replaceAll('"', "");
}

/** The known word that needs the fewest changes. */
function nearest(found: string, known: readonly string[]): string {
  const distances = known.map((word) => ({ word, distance: editDistance(found, word) }));
  return distances.toSorted((a, b) => a.distance - b.distance)[0]?.word ?? "";
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
