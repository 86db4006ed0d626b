import { useId, type ReactNode } from "react";
import { formMessages } from "../messages/form-messages.ts";
import { Prose } from "../ui/Prose.tsx";
import { TextField } from "../ui/TextField.tsx";
import type { FormField, FormPlan } from "./form-fields.ts";
import type { FormTexts } from "./read-form.ts";
import { ChoiceField } from "./ChoiceField.tsx";
import styles from "./SchemaForm.module.css";

/** One field per schema property; errors stand beside the field and in a summary that leads to it. */
export function SchemaForm(props: {
  readonly plan: FormPlan;
  readonly texts: FormTexts;
  readonly errors: Readonly<Record<string, string>>;
  readonly onText: (name: string, text: string) => void;
}): ReactNode {
  const { plan, texts, errors, onText } = props;
  const base = useId();
  const wrong = plan.fields.filter((field) => errors[field.name] !== undefined);
  return (
    <div className={styles.form}>
      {wrong.length > 1 && (
        <div className={styles.summary} role="alert">
          {formMessages.summary(wrong.length)}
          <ul>
            {wrong.map((field) => (
              <li key={field.name}>
                <a href={`#${base}-${field.name}`} onClick={focusTarget}>
                  {field.title}
                </a>{" "}
                <Prose>{errors[field.name] ?? ""}</Prose>
              </li>
            ))}
          </ul>
        </div>
      )}
      {plan.fields.map((field) => (
        <Field
          key={field.name}
          id={`${base}-${field.name}`}
          field={field}
          text={texts[field.name] ?? ""}
          error={errors[field.name] ?? null}
          onText={(text) => onText(field.name, text)}
        />
      ))}
    </div>
  );
}

interface FieldProps {
  readonly id: string;
  readonly field: FormField;
  readonly text: string;
  readonly error: string | null;
  readonly onText: (text: string) => void;
}

function Field(props: FieldProps): ReactNode {
  const { field, text, error, onText, id } = props;
  const shared = {
    id,
    label: field.title,
    description: field.description,
    isRequired: field.isRequired,
    error,
    value: text,
    onChange: onText,
  };
  switch (field.kind.is) {
    case "text":
      return <TextField {...shared} rows={field.kind.isLong ? 4 : 1} />;
    case "number":
      return <TextField {...shared} type="number" />;
    case "yes_no":
      return (
        <ChoiceField
          {...shared}
          options={[
            { value: "true", name: formMessages.yes },
            { value: "false", name: formMessages.no },
          ]}
        />
      );
    case "choice":
      return (
        <ChoiceField
          {...shared}
          options={field.kind.options.map((option, index) => ({
            value: String(index),
            name: typeof option === "string" ? option : JSON.stringify(option),
          }))}
        />
      );
    case "json":
      return (
        <TextField {...shared} label={`${field.title} (${formMessages.asJson})`} isCode rows={5} />
      );
  }
}

/** The browser would change the address, which belongs to the screens. */
function focusTarget(event: React.MouseEvent<HTMLAnchorElement>): void {
  event.preventDefault();
  document.getElementById(event.currentTarget.hash.slice(1))?.focus();
}
