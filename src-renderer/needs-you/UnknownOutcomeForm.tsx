import { useState, type ReactNode } from "react";
import { needsYouMessages as words } from "../messages/needs-you-messages.ts";
import { recoveryMessages } from "../messages/recovery-messages.ts";
import { readJsonText } from "../recovery/draft-decision.ts";
import { Button } from "../ui/Button.tsx";
import { TextField } from "../ui/TextField.tsx";
import type { AnswerFormPart } from "./answer-form-part.ts";
import styles from "./AnswerForm.module.css";

/** A step whose effect nobody knows: a person says what became of it. None of the ways is the default. */
export function UnknownOutcomeForm({ isBusy, onAnswer }: AnswerFormPart): ReactNode {
  const [text, setText] = useState<string | null>(null);
  const output = text === null ? null : readJsonText(text);
  return (
    <>
      <div className={styles.buttons}>
        <Button disabled={isBusy} onClick={() => onAnswer({ action: "run_again" })}>
          {words.runAgain}
        </Button>
        <Button disabled={isBusy} onClick={() => onAnswer({ action: "mark_done" })}>
          {words.markDone}
        </Button>
        <Button disabled={isBusy} aria-expanded={text !== null} onClick={() => setText(text ?? "")}>
          {words.supply}
        </Button>
        <Button look="danger" disabled={isBusy} onClick={() => onAnswer({ action: "fail" })}>
          {words.giveUp}
        </Button>
      </div>
      {text !== null && output !== null && (
        <>
          <TextField
            label={recoveryMessages.outputLabel}
            isCode
            rows={4}
            value={text}
            error={text === "" || output.ok ? null : recoveryMessages.badJson(output.problem)}
            onChange={setText}
          />
          <div className={styles.buttons}>
            <Button
              look="primary"
              disabled={isBusy || !output.ok}
              onClick={() => {
                if (output.ok) onAnswer({ action: "skip_with_output", output: output.value });
              }}
            >
              {words.send}
            </Button>
          </div>
        </>
      )}
    </>
  );
}
