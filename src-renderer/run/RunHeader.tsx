import { ChevronLeft } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { Link } from "wouter";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";
import { formatDuration, formatElapsed } from "../format/duration.ts";
import { formatCompact, formatCostUsd } from "../format/quantity.ts";
import { formatMoment, formatWholeTime, parseTime } from "../format/time.ts";
import { runMessages } from "../messages/run-messages.ts";
import { statusLines } from "../messages/status-messages.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import { runStore } from "../run-store.ts";
import { announceNow } from "../shell/announcer.ts";
import { runDuration } from "../runs/run-duration.ts";
import { StatusLabel } from "../status/StatusLabel.tsx";
import type { OpenRunView } from "../store/open-run.ts";
import { isEngineHeard } from "../store/engine-heard.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { readNow, useNow } from "../store/second-clock.ts";
import { Chip } from "../ui/Chip.tsx";
import { Prose } from "../ui/Prose.tsx";
import { RunActions } from "./RunActions.tsx";
import { statusSentence } from "./status-sentence.ts";
import { useSteadyRun } from "./steady-run.ts";
import styles from "./RunHeader.module.css";

/** Title, status sentence, figures and the one primary action. */
export function RunHeader(props: {
  readonly run: RunDetail;
  readonly view: OpenRunView;
  /** The step that asks a person something. */
  readonly waiting: NodeRow | null;
  /** When it was decided to end the run; null unless it is known. */
  readonly closingSinceMs: number | null;
  readonly onShowNode: (key: string) => void;
}): ReactNode {
  const { run, view } = props;
  const steady = useSteadyRun(run);
  const recovered = view.gaps.filter((gap) => gap.endedAt !== null).length;
  const runs = view.job?.runs ?? [];
  const number = runs.length - runs.findIndex((one) => one.runId === run.runId);
  const needsYou = run.status === "awaiting_user";
  useEffect(() => {
    if (needsYou) announceNow(`${run.title}: ${statusLines.awaitingUser}`);
  }, [needsYou, run.title]);
  return (
    <header className={styles.header}>
      <div className={styles.top}>
        <div className={styles.names}>
          <Link
            href="/runs"
            className={styles.back}
            aria-label={runMessages.back}
            title={runMessages.back}
          >
            <ChevronLeft size={18} aria-hidden="true" />
          </Link>
          <h1 className={styles.title} title={run.title}>
            {run.title}
          </h1>
          <span className={styles.state}>
            <StatusLabel status={run.status} />
            {recovered > 0 && <Chip>{runMessages.recovered(recovered)}</Chip>}
            {runs.length > 1 && <Chip>{runMessages.runOf(number, runs.length)}</Chip>}
          </span>
        </div>
        <RunActions run={steady} waiting={props.waiting} onShowNode={props.onShowNode} />
      </div>
      <div className={styles.bottom}>
        <p className={styles.sentence}>
          <Sentence run={run} closingSinceMs={props.closingSinceMs} />
        </p>
        <dl className={styles.figures}>
          <Elapsed run={run} />
          <Figure
            name={runMessages.steps}
            value={runsMessages.progressOf(run.nodesDone, run.nodesTotal)}
          />
          {run.metrics.totalTokens > 0 && (
            <Figure name={runMessages.tokens} value={formatCompact(run.metrics.totalTokens)} />
          )}
          {run.metrics.costUsd > 0 && (
            <Figure name={runMessages.cost} value={formatCostUsd(run.metrics.costUsd)} />
          )}
          <Figure
            name={runMessages.started}
            value={formatMoment(parseTime(run.startedAt ?? run.createdAt), readNow())}
            title={formatWholeTime(parseTime(run.startedAt ?? run.createdAt))}
          />
        </dl>
      </div>
    </header>
  );
}

function Sentence(props: {
  readonly run: RunDetail;
  readonly closingSinceMs: number | null;
}): ReactNode {
  const { run, closingSinceMs } = props;
  const isHeard = useStoreValue(isEngineHeard);
  const now = useNow();
  const engine = useStoreValue(runStore.engine);
  if (!isHeard) return statusLines.unknown;
  if (run.status === "queued" && engine?.state === "paused") return statusLines.enginePaused;
  // What the engine really grants, and not what it usually does.
  const forcedEndAtMs =
    closingSinceMs === null || engine === null ? null : closingSinceMs + engine.forcedEndMs;
  return <Prose>{statusSentence(run, { nowMs: now, forcedEndAtMs })}</Prose>;
}

/** Working and waiting apart: a run that stood still for an hour did not work for an hour. */
function Elapsed({ run }: { readonly run: RunDetail }): ReactNode {
  const now = useNow();
  const duration = runDuration(run, now);
  const startedMs = parseTime(run.startedAt);
  if (duration === null || startedMs === null) return null;
  const endMs = parseTime(run.finishedAt) ?? now;
  const elapsedMs = endMs - startedMs;
  const text = run.finishedAt === null ? formatElapsed(elapsedMs) : formatDuration(elapsedMs);
  const isSplit = run.status !== "running" && elapsedMs - run.runningMs > 1_000;
  return (
    <>
      <Figure name={runMessages.elapsed} value={text} />
      {isSplit && <Figure name={runMessages.working} value={formatDuration(run.runningMs)} />}
    </>
  );
}

function Figure(props: {
  readonly name: string;
  readonly value: string;
  readonly title?: string;
}): ReactNode {
  return (
    <div className={styles.figure} title={props.title}>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}
