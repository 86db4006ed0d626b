import { useEffect, useState, type ReactNode } from "react";
import { api } from "../api.ts";
import { formatCount } from "../format/quantity.ts";
import { plural } from "../messages/plural.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Prose } from "../ui/Prose.tsx";
import { removeClause } from "./change-run-query.ts";
import { parseRunQuery, type ParsedQuery } from "./parse-run-query.ts";

const probedRows = 100;

/** Says which part of the query excludes most, and how much. */
export function NoMatch(props: {
  readonly parsed: ParsedQuery;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}): ReactNode {
  const { parsed, query, onQuery } = props;
  const [culprit, setCulprit] = useState<{ part: string; count: number } | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    void findCulprit(parsed, query, asking.signal).then((found) => {
      if (!asking.signal.aborted) setCulprit(found);
    });
    return () => asking.abort();
  }, [parsed, query]);
  return (
    <EmptyState
      title={runsMessages.noMatchTitle}
      actions={query !== "" && <Button onClick={() => onQuery("")}>{runsMessages.clear}</Button>}
    >
      {culprit !== null && (
        <Prose>{runsMessages.removingWould(culprit.part, countText(culprit.count))}</Prose>
      )}
    </EmptyState>
  );
}

async function findCulprit(
  parsed: ParsedQuery,
  query: string,
  signal: AbortSignal,
): Promise<{ part: string; count: number } | null> {
  if (!parsed.ok) return null;
  let most: { part: string; count: number } | null = null;
  for (const part of [...parsed.clauses.map((clause) => clause.text), ...parsed.words]) {
    const without = parseRunQuery(removeClause(query, part), parsed.filter.tab);
    if (!without.ok || without.isContradiction) continue;
    const answer = await api.request(
      "runs.list",
      { filter: without.filter, limit: probedRows },
      { signal },
    );
    const count = answer.ok ? answer.value.rows.length : 0;
    if (count > (most?.count ?? 0)) most = { part, count };
  }
  return most;
}

function countText(count: number): string {
  return count >= probedRows
    ? `${formatCount(count)}+`
    : plural(count, { one: "run", other: "runs" });
}
