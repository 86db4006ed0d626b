import { useMemo, useState, type FormEvent, type ReactNode } from "react";
import { planForm } from "../form/form-fields.ts";
import { initialTexts, readForm } from "../form/read-form.ts";
import { SchemaForm } from "../form/SchemaForm.tsx";
import { needsYouMessages as words } from "../messages/needs-you-messages.ts";
import { Button } from "../ui/Button.tsx";
import type { AnswerFormPart } from "./answer-form-part.ts";
import styles from "./AnswerForm.module.css";

/** A form from the question's JSON Schema; nothing is answered beforehand. */
export function ApprovalForm(props: AnswerFormPart): ReactNode {
  const schema = props.node.question?.answerSchema ?? null;
  const plan = useMemo(() => planForm(schema), [schema]);
  const [texts, setTexts] = useState<Record<string, string>>(() => initialTexts(plan));
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const read = readForm(plan, texts);
    setErrors(read.ok ? {} : read.errors);
    if (read.ok) props.onAnswer(read.value);
  };
  return (
    <form className={styles.answer} onSubmit={submit} noValidate>
      <SchemaForm
        plan={plan}
        texts={texts}
        errors={errors}
        onText={(name, text) => setTexts({ ...texts, [name]: text })}
      />
      <div className={styles.buttons}>
        <Button type="submit" look="primary" disabled={props.isBusy}>
          {words.send}
        </Button>
      </div>
    </form>
  );
}
