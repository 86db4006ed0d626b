import { useState, type FormEvent, type ReactNode } from "react";
import { api } from "../api.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { Button } from "../ui/Button.tsx";
import { TextField } from "../ui/TextField.tsx";
import styles from "./MissingSecret.module.css";

/** A secret that the workflow declares and nobody has given yet. */
export function MissingSecret(props: {
  readonly name: string;
  readonly onSaved: () => void;
}): ReactNode {
  const [value, setValue] = useState("");
  const [error, setError] = useState<string | null>(null);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await api.request("secrets.set", { name: props.name, value });
    setValue("");
    if (answer.ok) props.onSaved();
    else setError(answer.error.message);
  };
  return (
    <form className={styles.secret} onSubmit={(event) => void save(event)}>
      <TextField
        label={words.missingSecret(props.name)}
        description={words.secretText}
        type="password"
        value={value}
        error={error}
        onChange={setValue}
      />
      <Button type="submit" disabled={value === ""}>
        {words.saveSecret}
      </Button>
    </form>
  );
}
