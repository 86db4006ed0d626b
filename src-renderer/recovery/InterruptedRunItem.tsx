import { CheckCheck, CircleHelp, RotateCcw, TriangleAlert } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import type { ApiError } from "../../app/contract/api-error.ts";
import type { InterruptedNode, InterruptedRun } from "../../app/contract/recovery.ts";
import { formatDuration } from "../format/duration.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { recoveryMessages as words } from "../messages/recovery-messages.ts";
import { StatusIcon } from "../status/StatusIcon.tsx";
import { readNow } from "../store/second-clock.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Prose } from "../ui/Prose.tsx";
import { cancelRun, markFailed, restartAsNew, resumeRun } from "./act-on-interrupted.ts";
import { stoppedAtMs } from "./recovery-headline.ts";
import styles from "./InterruptedRunItem.module.css";

/** One run that stopped: what is saved, what will run again, and what can be done. */
export function InterruptedRunItem(props: {
  readonly interrupted: InterruptedRun;
  /** A fixed height in a long list; null: as high as it is. */
  readonly heightPx: number | null;
  readonly onReview: (run: InterruptedRun) => void;
}): ReactNode {
  const { interrupted } = props;
  const { run, risk } = interrupted;
  const [, navigate] = useLocation();
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  const act = (action: (run: InterruptedRun) => Promise<ApiError | null>): void => {
    setIsBusy(true);
    void action(interrupted).then((failure) => {
      setIsBusy(false);
      setError(failure);
    });
  };
  const needsSheet = risk === "review" || risk === "poisoned";
  return (
    <li
      className={styles.item}
      data-fixed={props.heightPx !== null}
      {...(props.heightPx === null ? {} : { style: { height: props.heightPx } })}
    >
      <div className={styles.what}>
        <h3 className={styles.title}>
          <StatusIcon status={run.status} />
          <span className={styles.names}>
            <span className={styles.name} title={run.title}>
              {run.title}
            </span>
            {risk !== "safe" && <Chip tone="warning">{words.risk[risk]}</Chip>}
            <span className={styles.when}>{reasonLine(interrupted)}</span>
          </span>
        </h3>
        <ul className={styles.facts}>
          <SavedLine interrupted={interrupted} />
          <AgainLines interrupted={interrupted} />
        </ul>
        {error !== null && (
          <p className={styles.error} role="alert">
            <Prose>{error.message}</Prose>
          </p>
        )}
      </div>
      <div className={styles.actions}>
        <Button
          disabled={isBusy}
          aria-label={words.resumeNamed(run.title)}
          onClick={() => (needsSheet ? props.onReview(interrupted) : act(resumeRun))}
        >
          {needsSheet ? words.resumeEllipsis : words.resume}
        </Button>
        <Button onClick={() => navigate(`/run/${run.runId}`)}>{words.open}</Button>
        <ActionMenu
          label={words.more(run.title)}
          actions={[
            { label: words.restart, onSelect: () => act(restartAsNew) },
            { label: words.markFailed, onSelect: () => act(markFailed) },
            { label: words.cancelRun, onSelect: () => act(cancelRun), isDangerous: true },
          ]}
        />
      </div>
    </li>
  );
}

function reasonLine(interrupted: InterruptedRun): string {
  const time = formatMoment(stoppedAtMs(interrupted), readNow());
  return words.reasonLine[interrupted.reason](time);
}

function SavedLine({ interrupted }: { readonly interrupted: InterruptedRun }): ReactNode {
  const { lastSavedStep } = interrupted;
  const finishedMs = parseTime(lastSavedStep?.finishedAt ?? null);
  return (
    <li className={styles.fact}>
      <CheckCheck size={14} className={styles.good} aria-hidden="true" />
      <span>
        {words.saved(interrupted.savedSteps, interrupted.totalSteps)}
        {lastSavedStep !== null && finishedMs !== null && (
          <span className={styles.muted}>
            {" · "}
            <Prose>
              {words.lastSaved(lastSavedStep.name, formatDuration(readNow() - finishedMs))}
            </Prose>
          </span>
        )}
      </span>
    </li>
  );
}

function AgainLines({ interrupted }: { readonly interrupted: InterruptedRun }): ReactNode {
  const { interrupted: nodes, interruptedTotal, redoMs } = interrupted;
  const certain = nodes.filter((node) => !node.needsDecision && node.savedSubSteps === 0);
  const partial = nodes.filter((node) => !node.needsDecision && node.savedSubSteps > 0);
  const open = nodes.filter((node) => node.needsDecision);
  if (nodes.length === 0) {
    return <Fact icon={<RotateCcw size={14} aria-hidden="true" />} text={words.nothingAgain} />;
  }
  const more =
    interruptedTotal > nodes.length ? words.andMore(interruptedTotal - nodes.length) : "";
  return (
    <>
      {certain.length > 0 && (
        <Fact
          icon={<RotateCcw size={14} aria-hidden="true" />}
          text={words.runsAgain(namesOf(certain, more))}
          {...(redoMs === null ? {} : { muted: words.redo(formatDuration(redoMs)) })}
        />
      )}
      {partial.map((node) => (
        <Fact
          key={node.nodeExecutionId}
          icon={<RotateCcw size={14} aria-hidden="true" />}
          text={words.goesOnAfter(node.name, node.savedSubSteps)}
        />
      ))}
      {open.map((node) => (
        <Fact
          key={node.nodeExecutionId}
          icon={<TriangleAlert size={14} className={styles.warn} aria-hidden="true" />}
          text={words.mayHaveHappened(node.name)}
        />
      ))}
      {(interrupted.risk === "suspect" || interrupted.risk === "poisoned") && (
        <Fact
          icon={<CircleHelp size={14} className={styles.warn} aria-hidden="true" />}
          text={words[interrupted.risk](interrupted.crashCount)}
        />
      )}
    </>
  );
}

function Fact(props: {
  readonly icon: ReactNode;
  readonly text: string;
  readonly muted?: string;
}): ReactNode {
  return (
    <li className={styles.fact}>
      {props.icon}
      <span>
        <Prose>{props.text}</Prose>
        {props.muted !== undefined && <span className={styles.muted}> · {props.muted}</span>}
      </span>
    </li>
  );
}

function namesOf(nodes: readonly InterruptedNode[], more: string): string {
  const names = nodes.slice(0, 4).map((node) => `\`${node.name.replaceAll("`", "'")}\``);
  return [...names, ...(more === "" ? [] : [more])].join(", ");
}
