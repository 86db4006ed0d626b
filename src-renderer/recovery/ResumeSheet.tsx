import { useRef, useState, type ReactNode } from "react";
import type { ApiError } from "../../app/contract/api-error.ts";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import { api } from "../api.ts";
import { recoveryMessages as words } from "../messages/recovery-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { runStore } from "../run-store.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { TextField } from "../ui/TextField.tsx";
import { DecisionField } from "./DecisionField.tsx";
import { readDecisions, type DraftDecision } from "./draft-decision.ts";
import styles from "./ResumeSheet.module.css";

/** Asks for each step whose effect is unknown; nothing is chosen beforehand. */
export function ResumeSheet(props: {
  readonly interrupted: InterruptedRun;
  readonly onClose: () => void;
}): ReactNode {
  const { run, risk, crashCount, interrupted } = props.interrupted;
  const open = interrupted.filter((node) => node.needsDecision);
  const [drafts, setDrafts] = useState<Readonly<Record<string, DraftDecision>>>({});
  const [confirmation, setConfirmation] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const cancel = useRef<HTMLButtonElement>(null);
  const { decisions, undecided } = readDecisions(open, drafts);
  const isConfirmed = risk !== "poisoned" || confirmation.trim() === words.poisonWord;

  const resume = async (): Promise<void> => {
    setIsBusy(true);
    const answer = await api.request("run.resume", {
      runId: run.runId,
      decisions,
      confirmPoisoned: risk === "poisoned",
    });
    setIsBusy(false);
    runStore.recovery.refresh();
    if (answer.ok) props.onClose();
    else setError(answer.error);
  };

  return (
    <Sheet
      title={risk === "poisoned" ? words.poisonTitle : words.sheetTitle}
      description={
        <>
          <strong>{run.title}.</strong> {open.length > 0 && words.sheetText}
        </>
      }
      width="wide"
      isOpen
      onClose={props.onClose}
      focusFirst={cancel}
      footer={
        <>
          {undecided > 0 && <span className={styles.left}>{words.decideAll(undecided)}</span>}
          <Button ref={cancel} onClick={props.onClose}>
            {uiMessages.cancel}
          </Button>
          <Button
            look="primary"
            disabled={isBusy || undecided > 0 || !isConfirmed}
            onClick={() => void resume()}
          >
            {words.resume}
          </Button>
        </>
      }
    >
      {risk === "suspect" && <Notice tone="warning">{words.suspect(crashCount)}</Notice>}
      {open.map((node) => (
        <DecisionField
          key={node.nodeExecutionId}
          node={node}
          draft={drafts[node.nodeExecutionId] ?? null}
          onDraft={(draft) => setDrafts({ ...drafts, [node.nodeExecutionId]: draft })}
        />
      ))}
      {risk === "poisoned" && (
        <>
          <p className={styles.text}>
            <Prose>{words.poisonText(crashCount, words.poisonWord)}</Prose>
          </p>
          <TextField label={words.poisonField} value={confirmation} onChange={setConfirmation} />
        </>
      )}
      {error !== null && (
        <Notice tone="error">
          {words.failed} <Prose>{error.message}</Prose>
        </Notice>
      )}
    </Sheet>
  );
}
