import { useState, type FormEvent, type ReactNode } from "react";
import { SecretName, type SecretEntry } from "../../app/contract/settings.ts";
import { api } from "../api.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { TextField } from "../ui/TextField.tsx";
import { useAnswer } from "./use-answer.ts";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.secrets;

/** Names only: a value goes in and never comes out. */
export function SecretsSection(): ReactNode {
  const { value, error, refresh } = useAnswer("secrets.list");
  const [failure, setFailure] = useState<string | null>(null);
  const remove = async (name: string): Promise<void> => {
    const answer = await api.request("secrets.remove", { name });
    setFailure(answer.ok ? null : answer.error.message);
    refresh();
  };
  return (
    <div className={styles.section}>
      <p className={styles.muted}>{words.text}</p>
      {(error ?? failure) !== null && <Notice tone="error">{error ?? failure}</Notice>}
      {value !== null && value.note !== null && <Notice tone="info">{value.note}</Notice>}
      {value === null && error === null && <p className={styles.muted}>{uiMessages.loading}</p>}
      {value?.secrets.length === 0 && <p className={styles.muted}>{words.none}</p>}
      {value !== null && value.secrets.length > 0 && (
        <ul>
          {value.secrets.map((secret) => (
            <SecretRow
              key={`${secret.source} ${secret.name}`}
              secret={secret}
              onSaved={refresh}
              onRemove={() => void remove(secret.name)}
            />
          ))}
        </ul>
      )}
      <NewSecret onSaved={refresh} />
    </div>
  );
}

function SecretRow(props: {
  readonly secret: SecretEntry;
  readonly onSaved: () => void;
  readonly onRemove: () => void;
}): ReactNode {
  const { secret } = props;
  const [isReplacing, setIsReplacing] = useState(false);
  return (
    <li className={styles.row}>
      <code className={styles.grow}>{secret.name}</code>
      <span className={styles.muted}>{words.sources[secret.source]}</span>
      <Button size="small" aria-expanded={isReplacing} onClick={() => setIsReplacing(!isReplacing)}>
        {words.replace}
      </Button>
      {secret.source !== "environment" && (
        <Button
          size="small"
          look="danger"
          aria-label={`${words.remove} ${secret.name}`}
          onClick={props.onRemove}
        >
          {words.remove}
        </Button>
      )}
      {isReplacing && (
        <SecretValue
          name={secret.name}
          label={words.replaceNamed(secret.name)}
          onSaved={() => {
            setIsReplacing(false);
            props.onSaved();
          }}
        />
      )}
    </li>
  );
}

function SecretValue(props: {
  readonly name: string;
  readonly label: string;
  readonly onSaved: () => void;
}): ReactNode {
  const [value, setValue] = useState("");
  const [error, setError] = useState<string | null>(null);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const name = SecretName.safeParse(props.name);
    if (!name.success) {
      setError(words.nameHint);
      return;
    }
    const answer = await api.request("secrets.set", { name: name.data, value });
    setValue("");
    setError(answer.ok ? null : answer.error.message);
    if (answer.ok) props.onSaved();
  };
  return (
    <form className={styles.fields} onSubmit={(event) => void save(event)}>
      <TextField
        label={props.label}
        type="password"
        value={value}
        error={error}
        onChange={setValue}
      />
      <div className={styles.buttons}>
        <Button type="submit" look="primary" disabled={value === ""}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

function NewSecret({ onSaved }: { readonly onSaved: () => void }): ReactNode {
  const [name, setName] = useState("");
  return (
    <div className={styles.form}>
      <h3>{words.add}</h3>
      <TextField
        label={words.name}
        description={words.nameHint}
        isCode
        value={name}
        onChange={(text) => setName(text.toUpperCase())}
      />
      <SecretValue
        name={name}
        label={words.value}
        onSaved={() => {
          setName("");
          onSaved();
        }}
      />
    </div>
  );
}
