import type { ReactNode } from "react";
import { formMessages } from "../messages/form-messages.ts";
import { Prose } from "../ui/Prose.tsx";
import styles from "./ChoiceField.module.css";

const fewOptions = 4;

/** One of several: buttons while there are few, else a list. Nothing is chosen until somebody does. */
export function ChoiceField(props: {
  readonly id: string;
  readonly label: string;
  readonly description: string | null;
  readonly isRequired: boolean;
  readonly error: string | null;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { id, options, value, onChange } = props;
  return (
    <div className={styles.field}>
      <span id={`${id}-label`} className={styles.label}>
        {props.label}
        {props.isRequired && <span className={styles.required}> *</span>}
      </span>
      {props.description !== null && (
        <p className={styles.description}>
          <Prose>{props.description}</Prose>
        </p>
      )}
      {options.length <= fewOptions ? (
        <div role="radiogroup" aria-labelledby={`${id}-label`} className={styles.options}>
          {options.map((option, index) => (
            <label
              key={option.value}
              className={styles.option}
              data-chosen={value === option.value}
            >
              <input
                type="radio"
                id={index === 0 ? id : `${id}-${index}`}
                name={id}
                checked={value === option.value}
                onChange={() => onChange(option.value)}
              />
              {option.name}
            </label>
          ))}
        </div>
      ) : (
        <select
          id={id}
          className={styles.select}
          aria-labelledby={`${id}-label`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">{formMessages.choose}</option>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.name}
            </option>
          ))}
        </select>
      )}
      {props.error !== null && (
        <p className={styles.error} role="alert">
          <Prose>{props.error}</Prose>
        </p>
      )}
    </div>
  );
}
