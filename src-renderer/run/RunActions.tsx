import { memo, useRef, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import type { ApiError } from "../../app/contract/api-error.ts";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import type { RunAction } from "../../app/contract/run-detail.ts";
import { api } from "../api.ts";
import { useShortcuts } from "../keyboard/use-shortcuts.ts";
import { runMessages } from "../messages/run-messages.ts";
import { ResumeSheet } from "../recovery/ResumeSheet.tsx";
import { ActionMenu, type MenuAction } from "../ui/ActionMenu.tsx";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { CancelSheet } from "./CancelSheet.tsx";
import { saveExport } from "./save-export.ts";
import type { SteadyRun } from "./steady-run.ts";
import styles from "./RunActions.module.css";

/** The one primary action of the run's state, and the others in a menu. */
export const RunActions = memo(function RunActions(props: {
  readonly run: SteadyRun;
  readonly waiting: NodeRow | null;
  readonly onShowNode: (key: string) => void;
}): ReactNode {
  const { run, waiting } = props;
  const [, navigate] = useLocation();
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [isCancelling, setIsCancelling] = useState(false);
  const [reviewed, setReviewed] = useState<InterruptedRun | null>(null);
  const primary = useRef<HTMLButtonElement>(null);

  const startAgain = async (name: "run.retry" | "run.rerun"): Promise<void> => {
    setIsBusy(true);
    const answer = await api.request(name, { runId: run.runId });
    setIsBusy(false);
    if (answer.ok) navigate(`/run/${answer.value.runId}`);
    else setError(answer.error);
  };
  /** Safe runs go on at once; the others ask first. */
  const resume = async (): Promise<void> => {
    setIsBusy(true);
    const found = await api.request("recovery.get", { runId: run.runId });
    const interrupted = found.ok ? found.value.runs[0] : undefined;
    if (interrupted !== undefined && interrupted.risk !== "safe") setReviewed(interrupted);
    else {
      const answer = await api.request("run.resume", { runId: run.runId });
      setError(answer.ok ? null : answer.error);
    }
    setIsBusy(false);
  };
  const fail = async (): Promise<void> => {
    const answer = await api.request("run.fail", { runId: run.runId });
    setError(answer.ok ? null : answer.error);
  };
  const act: Readonly<Record<RunAction, (() => void) | null>> = {
    resume: () => void resume(),
    answer: waiting === null ? null : () => props.onShowNode(waiting.nodeExecutionId),
    retry: () => void startAgain("run.retry"),
    rerun: () => void startAgain("run.rerun"),
    cancel: () => setIsCancelling(true),
    fail: () => void fail(),
    fork: null,
  };
  const first = primaryAction(run);
  const run_ = first === null ? null : act[first];

  useShortcuts({
    "$mod+Enter": () => run_?.(),
    "$mod+Shift+Period": () => {
      if (run.actions.includes("cancel")) setIsCancelling(true);
    },
  });

  const others = run.actions.filter((action) => action !== first && action !== "fork");
  const menu: readonly MenuAction[] = [
    ...others.flatMap((action): MenuAction[] => {
      const onSelect = act[action];
      const isDangerous = action === "cancel";
      return onSelect === null ? [] : [{ label: actionName(action, run), onSelect, isDangerous }];
    }),
    {
      label: runMessages.exportRun,
      onSelect: () => void saveExport({ runId: run.runId }).then(setError),
    },
    {
      label: runMessages.copyLink,
      onSelect: () => void window.navigator.clipboard.writeText(window.location.href),
    },
    {
      label: runMessages.copyId,
      onSelect: () => void window.navigator.clipboard.writeText(run.runId),
    },
  ];
  return (
    <div className={styles.actions}>
      {first !== null && run_ !== null && (
        <Button
          ref={primary}
          look={first === "cancel" || first === "rerun" ? "plain" : "primary"}
          disabled={isBusy || (run.closingTo !== null && run.finishedAt === null)}
          onClick={run_}
        >
          {actionName(first, run)}
        </Button>
      )}
      <ActionMenu actions={menu} />
      {error !== null && (
        <div className={styles.error}>
          <Notice tone="error">
            <Prose>{error.message}</Prose>
          </Notice>
        </div>
      )}
      {isCancelling && <CancelSheet run={run} onClose={() => setIsCancelling(false)} />}
      {reviewed !== null && (
        <ResumeSheet interrupted={reviewed} onClose={() => setReviewed(null)} />
      )}
    </div>
  );
});

const byRank: readonly RunAction[] = ["resume", "answer", "retry", "cancel", "rerun"];

function primaryAction(run: SteadyRun): RunAction | null {
  return byRank.find((action) => run.actions.includes(action)) ?? null;
}

function actionName(action: RunAction, run: SteadyRun): string {
  switch (action) {
    case "resume":
      return runMessages.resume;
    case "answer":
      return run.status === "awaiting_validation" ? runMessages.review : runMessages.answer;
    case "retry":
      return run.status === "cancelled" ? runMessages.runRest : runMessages.retry;
    case "rerun":
      return runMessages.runAgain;
    case "cancel":
      return runMessages.cancel;
    case "fail":
      return runMessages.markFailed;
    case "fork":
      return runMessages.forkHere;
  }
}
