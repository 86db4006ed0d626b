import type { ReactNode } from "react";
import { needsYouMessages as words } from "../messages/needs-you-messages.ts";
import { Button } from "../ui/Button.tsx";
import type { AnswerFormPart } from "./answer-form-part.ts";
import styles from "./AnswerForm.module.css";

/** A sensitive step starts only after a person confirms its input. */
export function ConfirmationForm({ isBusy, onAnswer }: AnswerFormPart): ReactNode {
  return (
    <>
      <p className={styles.muted}>{words.confirmNote}</p>
      <div className={styles.buttons}>
        <Button disabled={isBusy} onClick={() => onAnswer({ confirmed: false })}>
          {words.refuse}
        </Button>
        <Button look="primary" disabled={isBusy} onClick={() => onAnswer({ confirmed: true })}>
          {words.confirm}
        </Button>
      </div>
    </>
  );
}
