import { useState, type ReactNode } from "react";
import type { Failure } from "../../app/model/failure.ts";
import { safeText } from "../../app/model/safe-text.ts";
import { JsonTree } from "../payload/JsonTree.tsx";
import { runMessages } from "../messages/run-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { Button } from "../ui/Button.tsx";
import { FactList } from "../ui/FactList.tsx";
import styles from "./FailureView.module.css";

const words = runMessages.inspector;

/** An error as a person can act on it: message, what is certain about its effect, causes, stack. */
export function FailureView(props: {
  readonly failure: Failure;
  readonly title: string;
}): ReactNode {
  const { failure } = props;
  const [isCopied, setIsCopied] = useState(false);
  const copy = (): void => {
    void window.navigator.clipboard
      .writeText(failureMarkdown(failure, props.title))
      .then(() => setIsCopied(true));
  };
  const effect =
    failure.effectNotStarted === true
      ? words.effectNotStarted
      : failure.outcomeUnknown === true
        ? words.outcomeUnknown
        : null;
  return (
    <div className={styles.failure}>
      <p className={styles.message}>{safeText(failure.message, { lines: "keep" })}</p>
      {effect !== null && <p className={styles.effect}>{effect}</p>}
      <FactList
        facts={[
          [words.code, <code key="code">{failure.code}</code>],
          failure.nodePath === undefined
            ? null
            : [words.rootCause, <code key="node">{failure.nodePath}</code>],
          [words.retryable, retryText(failure.retryable)],
          failure.causes === undefined || failure.causes.length === 0
            ? null
            : [
                words.causes,
                <ol key="causes">
                  {failure.causes.map((cause, index) => (
                    <li key={index}>{safeText(cause)}</li>
                  ))}
                </ol>,
              ],
        ]}
      />
      {failure.details !== undefined && (
        <section className={styles.details}>
          <h3>{words.details}</h3>
          <JsonTree value={failure.details} />
        </section>
      )}
      {failure.stack !== undefined && (
        <details className={styles.stack}>
          <summary>{words.stack}</summary>
          <pre>{safeText(failure.stack, { lines: "keep" })}</pre>
        </details>
      )}
      <Button size="small" className={styles.copy} onClick={copy}>
        {isCopied ? uiMessages.copied : words.copyMarkdown}
      </Button>
    </div>
  );
}

function retryText(retryable: boolean | undefined): string {
  if (retryable === undefined) return words.unknown;
  return retryable ? words.yes : words.no;
}

function failureMarkdown(failure: Failure, title: string): string {
  const lines = [
    `### ${title}: ${failure.code}`,
    "",
    ...failure.message.split("\n").map((line) => `> ${line}`),
  ];
  for (const cause of failure.causes ?? []) lines.push("", `- ${cause}`);
  if (failure.stack !== undefined) lines.push("", "```", failure.stack, "```");
  return safeText(lines.join("\n"), { lines: "keep" });
}
