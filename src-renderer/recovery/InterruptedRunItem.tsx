import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import type { ApiError } from "../../app/contract/api-error.ts";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import { recoveryMessages as words } from "../messages/recovery-messages.ts";
import { StatusIcon } from "../status/StatusIcon.tsx";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Prose } from "../ui/Prose.tsx";
import { cancelRun, markFailed, restartAsNew, resumeRun } from "./act-on-interrupted.ts";
import { InterruptedFacts, reasonLine } from "./InterruptedFacts.tsx";
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
        <div className={styles.facts}>
          <InterruptedFacts interrupted={interrupted} />
        </div>
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
