import { useId, type ReactNode, type Ref } from "react";
import { Prose } from "./Prose.tsx";
import styles from "./TextField.module.css";

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly description?: string | null;
  readonly error?: string | null;
  readonly isRequired?: boolean;
  readonly isCode?: boolean;
  readonly type?: "text" | "password" | "number";
  /** More than one: a text area. */
  readonly rows?: number;
  readonly placeholder?: string;
  readonly id?: string;
  readonly fieldRef?: Ref<HTMLInputElement | HTMLTextAreaElement>;
}

/** A labelled text field with its description and error tied to it. */
export function TextField(props: TextFieldProps): ReactNode {
  const own = useId();
  const id = props.id ?? own;
  const { error = null, description = null, rows = 1 } = props;
  const described = [
    ...(description === null ? [] : [`${id}-text`]),
    ...(error === null ? [] : [`${id}-error`]),
  ].join(" ");
  const shared = {
    id,
    value: props.value,
    className: styles.input,
    "data-code": props.isCode === true,
    spellCheck: false,
    autoComplete: "off",
    "aria-invalid": error !== null,
    "aria-required": props.isRequired === true,
    ...(described === "" ? {} : { "aria-describedby": described }),
    ...(props.placeholder === undefined ? {} : { placeholder: props.placeholder }),
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {props.label}
        {props.isRequired === true && (
          <span className={styles.required} aria-hidden="true">
            {" "}
            *
          </span>
        )}
      </label>
      {description !== null && (
        <p id={`${id}-text`} className={styles.description}>
          <Prose>{description}</Prose>
        </p>
      )}
      {rows > 1 ? (
        <textarea
          {...shared}
          rows={rows}
          ref={props.fieldRef as Ref<HTMLTextAreaElement>}
          onChange={(event) => props.onChange(event.target.value)}
        />
      ) : (
        <input
          {...shared}
          type={props.type === "number" ? "text" : (props.type ?? "text")}
          inputMode={props.type === "number" ? "decimal" : "text"}
          ref={props.fieldRef as Ref<HTMLInputElement>}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
      {error !== null && (
        <p id={`${id}-error`} className={styles.error}>
          <Prose>{error}</Prose>
        </p>
      )}
    </div>
  );
}
