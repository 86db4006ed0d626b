import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { RunGap } from "../../app/contract/run.ts";
import { api } from "../api.ts";
import { formatDuration } from "../format/duration.ts";
import { formatCount } from "../format/quantity.ts";
import { formatPreciseClock, formatWholeTime, parseTime } from "../format/time.ts";
import { runMessages } from "../messages/run-messages.ts";
import { StatusLabel } from "../status/StatusLabel.tsx";
import { readNow } from "../store/second-clock.ts";
import { Button } from "../ui/Button.tsx";
import { FactList, type Fact } from "../ui/FactList.tsx";
import { saveExport } from "./save-export.ts";
import { attemptTookMs } from "./attempt-took.ts";
import type { SteadyRun } from "./steady-run.ts";
import styles from "./NodeSummary.module.css";

const words = runMessages.inspector;

export function NodeSummary(props: {
  readonly run: SteadyRun;
  readonly node: NodeRow;
  readonly gaps: readonly RunGap[];
}): ReactNode {
  const { run, node } = props;
  const [, navigate] = useLocation();
  const [error, setError] = useState<string | null>(null);
  const fork = async (): Promise<void> => {
    const answer = await api.request("run.fork", { runId: run.runId, node: node.nodePath });
    if (answer.ok) navigate(`/run/${answer.value.runId}`);
    else setError(answer.error.message);
  };
  const exportStep = async (): Promise<void> => {
    const { runId } = run;
    const failure = await saveExport({ runId, nodeExecutionId: node.nodeExecutionId });
    setError(failure?.message ?? null);
  };
  return (
    <>
      <FactList
        facts={[
          [words.status, <StatusLabel key="status" status={node.status} />],
          node.statusReason === "" ? null : [words.reason, node.statusReason],
          [words.step, <code key="path">{pathOf(node)}</code>],
          [words.replay, words.replayWords[node.replay]],
          timeFact(words.created, node.createdAt),
          timeFact(words.started, node.startedAt),
          timeFact(words.finished, node.finishedAt),
          timeFact(words.due, node.notBefore),
          node.currentAttempt === null
            ? null
            : [
                words.took,
                formatDuration(attemptTookMs(node.currentAttempt, props.gaps, readNow())),
              ],
          [runMessages.attempts, formatCount(node.attemptNumber)],
          [words.by, words.actor[node.lastActor.kind]],
        ]}
      />
      <div className={styles.actions}>
        {run.actions.includes("fork") && (
          <Button size="small" onClick={() => void fork()}>
            {runMessages.forkHere}
          </Button>
        )}
        <Button size="small" onClick={() => void exportStep()}>
          {runMessages.exportStep}
        </Button>
        {error !== null && (
          <p className={styles.error} role="alert">
            {error}
          </p>
        )}
      </div>
    </>
  );
}

function pathOf(node: NodeRow): string {
  return node.iterationPath === "" ? node.nodePath : `${node.nodePath} [${node.iterationPath}]`;
}

function timeFact(name: string, time: string | null): Fact {
  if (time === null) return null;
  const ms = parseTime(time);
  return [
    name,
    <time key={name} dateTime={time} title={formatWholeTime(ms)}>
      {formatPreciseClock(ms)}
    </time>,
  ];
}
