import { Search, X } from "lucide-react";
import { useEffect, useId, useState, type ReactNode, type RefObject } from "react";
import { runsMessages } from "../messages/runs-messages.ts";
import { IconButton } from "../ui/Button.tsx";
import { Prose } from "../ui/Prose.tsx";
import { removeClause } from "./change-run-query.ts";
import type { ParsedQuery, QueryProblem } from "./parse-run-query.ts";
import styles from "./QueryBar.module.css";

const settleMs = 180;

/** The query as text, its clauses as chips, and what is wrong with it under the caret. */
export function QueryBar(props: {
  readonly query: string;
  readonly parsed: ParsedQuery;
  readonly fieldRef: RefObject<HTMLInputElement | null>;
  readonly onQuery: (query: string) => void;
}): ReactNode {
  const { query, parsed, fieldRef, onQuery } = props;
  const [text, setText] = useState(query);
  const problemId = useId();
  const [shown, setShown] = useState(query);
  if (shown !== query) {
    // The address changed by other means: a counter, a chip, the back button.
    setShown(query);
    if (query !== text.trim()) setText(query);
  }
  useEffect(() => {
    if (text.trim() === query) return undefined;
    const timer = window.setTimeout(() => onQuery(text.trim()), settleMs);
    return () => window.clearTimeout(timer);
  }, [text, query, onQuery]);

  const clear = (): void => {
    setText("");
    onQuery("");
    fieldRef.current?.focus();
  };

  return (
    <search className={styles.bar}>
      <div className={styles.field} data-wrong={!parsed.ok}>
        <Search size={15} className={styles.glass} aria-hidden="true" />
        <input
          ref={fieldRef}
          className={styles.input}
          type="text"
          role="searchbox"
          aria-label={runsMessages.search}
          placeholder={runsMessages.searchHint}
          spellCheck={false}
          autoComplete="off"
          value={text}
          aria-invalid={!parsed.ok}
          {...(parsed.ok ? {} : { "aria-describedby": problemId })}
          onChange={(event) => setText(event.target.value)}
          // What is pressed next adds to what was written, not to what was there before it.
          onBlur={() => {
            if (text.trim() !== query) onQuery(text.trim());
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") onQuery(text.trim());
            if (event.key === "Escape") {
              if (text === "") event.currentTarget.blur();
              else clear();
            }
          }}
        />
        {text !== "" && (
          <IconButton
            size="small"
            label={runsMessages.clear}
            icon={<X size={14} />}
            onClick={clear}
          />
        )}
      </div>
      {parsed.ok ? (
        <Chips parsed={parsed} query={query} onQuery={onQuery} />
      ) : (
        <>
          <Caret text={text} problem={parsed.problem} />
          <p id={problemId} className={styles.problem} role="status">
            <Prose>{problemText(parsed.problem)}</Prose>
          </p>
        </>
      )}
    </search>
  );
}

/** A line under the very word. */
function Caret(props: { readonly text: string; readonly problem: QueryProblem }): ReactNode {
  const { at, length } = props.problem;
  return (
    <div className={styles.caret} aria-hidden="true">
      <span className={styles.before}>{props.text.slice(0, at)}</span>
      <span className={styles.wrong}>{props.text.slice(at, at + length)}</span>
    </div>
  );
}

function Chips(props: {
  readonly parsed: Extract<ParsedQuery, { ok: true }>;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}): ReactNode {
  if (props.parsed.clauses.length === 0) return null;
  return (
    <ul className={styles.chips}>
      {props.parsed.clauses.map((clause) => (
        <li key={clause.text}>
          <button
            type="button"
            className={styles.chip}
            aria-label={runsMessages.removeClause(clause.text)}
            title={runsMessages.removeClause(clause.text)}
            onClick={() => props.onQuery(removeClause(props.query, clause.text))}
          >
            <code>{clause.text}</code>
            <X size={12} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function problemText(problem: QueryProblem): string {
  return problem.kind === "field"
    ? runsMessages.unknownField(problem.found, problem.nearest)
    : runsMessages.unknownValue(problem.found, problem.nearest);
}
