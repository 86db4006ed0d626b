import type { JobState } from "../../app/model/job.ts";
import { parseRunQuery, type QueryClause } from "./parse-run-query.ts";

/** The states that the query's plain `status:` clause names: the pressed counters of the strip. */
export function pressedStates(query: string): readonly string[] {
  const parsed = parseRunQuery(query, "all");
  if (!parsed.ok) return [];
  return parsed.clauses.find(isPlainStatus)?.values ?? [];
}

/** Presses or releases a counter of the status strip. */
export function toggleState(query: string, state: JobState): string {
  const pressed = pressedStates(query);
  const next = pressed.includes(state)
    ? pressed.filter((one) => one !== state)
    : [...pressed, state];
  const parsed = parseRunQuery(query, "all");
  const old = parsed.ok ? parsed.clauses.find(isPlainStatus) : undefined;
  const rest = old === undefined ? query.trim() : removeClause(query, old.text);
  const clause = next.length === 0 ? "" : `status:${next.join(",")}`;
  return [clause, rest].filter((part) => part !== "").join(" ");
}

/** The query without this clause (its first appearance). */
export function removeClause(query: string, clause: string): string {
  const at = query.indexOf(clause);
  if (at < 0) return query;
  return `${query.slice(0, at)} ${query.slice(at + clause.length)}`.replaceAll(/\s+/g, " ").trim();
}

function isPlainStatus(clause: QueryClause): boolean {
  return clause.field === "status" && !clause.isNegated;
}
