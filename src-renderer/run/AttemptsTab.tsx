import { useEffect, useState, type ReactNode } from "react";
import type { RequestOutput } from "../../app/contract/contract.ts";
import type { RunGap } from "../../app/contract/run.ts";
import type { NodeRow } from "../../app/contract/node-row.ts";
import { api } from "../api.ts";
import { formatDuration } from "../format/duration.ts";
import { formatCompact, formatCostUsd } from "../format/quantity.ts";
import { formatPreciseClock, parseTime } from "../format/time.ts";
import { runMessages } from "../messages/run-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { StatusIcon } from "../status/StatusIcon.tsx";
import { readNow } from "../store/second-clock.ts";
import { Chip } from "../ui/Chip.tsx";
import { Prose } from "../ui/Prose.tsx";
import { attemptTookMs } from "./attempt-took.ts";
import styles from "./AttemptsTab.module.css";

const words = runMessages.inspector;

type Attempts = RequestOutput<"run.attempts">;

/** Every attempt with what became of it, and the parts of the work that are saved. */
export function AttemptsTab(props: {
  readonly node: NodeRow;
  readonly gaps: readonly RunGap[];
}): ReactNode {
  const { node, gaps } = props;
  const [attempts, setAttempts] = useState<Attempts | null>(null);
  const [error, setError] = useState<string | null>(null);
  const { nodeExecutionId, attemptNumber, status } = node;
  useEffect(() => {
    const asking = new AbortController();
    void api
      .request("run.attempts", { nodeExecutionId }, { signal: asking.signal })
      .then((answer) => {
        if (asking.signal.aborted) return;
        if (answer.ok) setAttempts(answer.value);
        else setError(answer.error.message);
      });
    return () => asking.abort();
    // Asked again when an attempt begins or ends.
  }, [nodeExecutionId, attemptNumber, status]);
  if (error !== null) return <p className={styles.note}>{error}</p>;
  if (attempts === null) return <p className={styles.note}>{uiMessages.loading}</p>;
  if (attempts.attempts.length === 0) return <p className={styles.note}>{words.noAttempts}</p>;
  return (
    <div className={styles.attempts}>
      <ol>
        {attempts.attempts.toReversed().map((attempt) => (
          <AttemptItem key={attempt.number} attempt={attempt} gaps={gaps} />
        ))}
      </ol>
      {attempts.subSteps.length > 0 && (
        <section className={styles.saved}>
          <h3>{words.subSteps(attempts.subSteps.length)}</h3>
          <p className={styles.muted}>{words.subStepNote}</p>
          <ul>
            {attempts.subSteps.map((step) => (
              <li key={`${step.name} ${step.n}`} className={styles.step}>
                <StatusIcon
                  status={step.status === "recorded" ? "completed" : "stalled"}
                  size={13}
                />
                <span className={styles.stepName}>{step.name}</span>
                <span className={styles.muted}>
                  {step.status === "intended" ? words.intended : runMessages.attempt(step.attempt)}
                </span>
                <time className={styles.muted}>
                  {formatPreciseClock(parseTime(step.recordedAt))}
                </time>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function AttemptItem(props: {
  readonly attempt: Attempts["attempts"][number];
  readonly gaps: readonly RunGap[];
}): ReactNode {
  const { attempt, gaps } = props;
  const errorCode = attempt.error?.code ?? null;
  const isInterrupted = errorCode === "INTERRUPTED";
  const tookMs = attemptTookMs({ ...attempt, errorCode }, gaps, readNow());
  return (
    <li className={styles.attempt}>
      <div className={styles.line}>
        <StatusIcon status={isInterrupted ? "stalled" : attempt.status} size={14} />
        <strong>{runMessages.attempt(attempt.number)}</strong>
        {isInterrupted && <Chip tone="warning">{words.partial}</Chip>}
        <span className={styles.muted}>{formatPreciseClock(parseTime(attempt.startedAt))}</span>
        <span className={styles.took}>{formatDuration(tookMs)}</span>
      </div>
      {attempt.error !== null && (
        <p className={styles.error}>
          <code>{attempt.error.code}</code> <Prose>{attempt.error.message}</Prose>
        </p>
      )}
      {attempt.metrics.totalTokens > 0 && (
        <p className={styles.muted}>
          {runMessages.tokens} {formatCompact(attempt.metrics.inputTokens)} /{" "}
          {formatCompact(attempt.metrics.outputTokens)}
          {attempt.metrics.costUsd > 0 && ` · ${formatCostUsd(attempt.metrics.costUsd)}`}
        </p>
      )}
    </li>
  );
}
