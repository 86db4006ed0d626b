import { useId, type ReactNode } from "react";
import styles from "./SettingsParts.module.css";

/** A setting with a few values; takes effect at once. */
export function Choice(props: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className={styles.setting}>
      <div>
        <label htmlFor={id} className={styles.label}>
          {props.label}
        </label>
        {props.hint !== undefined && <p className={styles.hint}>{props.hint}</p>}
      </div>
      <select
        id={id}
        className={styles.select}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {props.options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
