import { useState, type ReactNode } from "react";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { JsonValue } from "../../app/model/json.ts";
import { api } from "../api.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { needsYouMessages as words } from "../messages/needs-you-messages.ts";
import { announce } from "../shell/announcer.ts";
import { readNow } from "../store/second-clock.ts";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import type { AnswerFormPart } from "./answer-form-part.ts";
import { ApprovalForm } from "./ApprovalForm.tsx";
import { ConfirmationForm } from "./ConfirmationForm.tsx";
import { ReviewForm } from "./ReviewForm.tsx";
import { UnknownOutcomeForm } from "./UnknownOutcomeForm.tsx";
import styles from "./AnswerForm.module.css";

/** What a waiting step asks, in the form that its kind of question needs. */
export function AnswerForm(props: {
  readonly runId: string;
  readonly node: NodeRow;
  /** What the question is about: between it and the form. */
  readonly context?: ReactNode;
}): ReactNode {
  const { runId, node } = props;
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const { question } = node;
  const send = async (answer: JsonValue): Promise<void> => {
    setIsBusy(true);
    const result = await api.request("run.answer", {
      runId,
      node: node.nodeExecutionId,
      answer,
    });
    setIsBusy(false);
    setError(result.ok ? null : result.error.message);
    if (result.ok) announce(words.sent);
  };
  const form = { node, isBusy, onAnswer: (answer: JsonValue) => void send(answer) };
  return (
    <div className={styles.answer}>
      {question !== null && (
        <p className={styles.question}>
          <Prose>{question.text}</Prose>
        </p>
      )}
      {question?.expiresAt !== undefined && (
        <p className={styles.muted}>
          {words.expires(formatMoment(parseTime(question.expiresAt), readNow()))}
        </p>
      )}
      {props.context}
      {node.status === "awaiting_validation" ? <ReviewForm {...form} /> : <FormOf {...form} />}
      {error !== null && (
        <Notice tone="error">
          <Prose>{error}</Prose>
        </Notice>
      )}
    </div>
  );
}

function FormOf(props: AnswerFormPart): ReactNode {
  switch (props.node.question?.kind) {
    case "approval":
      return <ApprovalForm {...props} />;
    case "confirmation":
      return <ConfirmationForm {...props} />;
    case "unknown_outcome":
      return <UnknownOutcomeForm {...props} />;
    case undefined:
      return null;
  }
}
