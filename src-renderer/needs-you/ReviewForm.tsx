import { useState, type ReactNode } from "react";
import { needsYouMessages as words } from "../messages/needs-you-messages.ts";
import { Button } from "../ui/Button.tsx";
import { TextField } from "../ui/TextField.tsx";
import type { AnswerFormPart } from "./answer-form-part.ts";
import styles from "./AnswerForm.module.css";

/** An output that is used only after a person accepted it. */
export function ReviewForm({ isBusy, onAnswer }: AnswerFormPart): ReactNode {
  const [reason, setReason] = useState("");
  const withReason = reason.trim() === "" ? {} : { reason: reason.trim() };
  return (
    <>
      <p className={styles.muted}>{words.reviewNote}</p>
      <TextField label={words.rejectReason} value={reason} onChange={setReason} />
      <div className={styles.buttons}>
        <Button disabled={isBusy} onClick={() => onAnswer({ accepted: false, ...withReason })}>
          {words.reject}
        </Button>
        <Button
          look="primary"
          disabled={isBusy}
          onClick={() => onAnswer({ accepted: true, ...withReason })}
        >
          {words.accept}
        </Button>
      </div>
    </>
  );
}
