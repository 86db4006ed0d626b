import { useState, type ReactNode } from "react";
import type { MovePlan } from "../../app/contract/data.ts";
import { api } from "../api.ts";
import { formatBytes } from "../format/quantity.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { TextField } from "../ui/TextField.tsx";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.data;

/** Where the data is to be from the next start on; until then nothing changes. */
export function MoveData(props: {
  readonly plan: MovePlan | null;
  readonly canRestart: boolean;
  readonly canChooseFolder: boolean;
  readonly onChange: () => void;
}): ReactNode {
  const [error, setError] = useState<string | null>(null);
  const move = async (folder: string | null): Promise<boolean> => {
    const answer = await api.request("data.move", { folder });
    setError(answer.ok ? null : answer.error.message);
    props.onChange();
    return answer.ok;
  };
  return (
    <>
      {props.plan === null ? (
        <MoveForm
          canChoose={props.canChooseFolder}
          onMove={move}
          onFailure={setError}
          onLeave={() => setError(null)}
        />
      ) : (
        <Planned
          plan={props.plan}
          canRestart={props.canRestart}
          onTakeBack={() => void move(null)}
          onFailure={setError}
        />
      )}
      {error !== null && <Notice tone="error">{error}</Notice>}
    </>
  );
}

function MoveForm(props: {
  readonly canChoose: boolean;
  readonly onFailure: (message: string) => void;
  readonly onMove: (folder: string) => Promise<boolean>;
  readonly onLeave: () => void;
}): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [folder, setFolder] = useState("");
  const choose = async (): Promise<void> => {
    setIsBusy(true);
    const answer = await api.request("data.chooseFolder", {});
    setIsBusy(false);
    if (!answer.ok) return props.onFailure(answer.error.message);
    // What stands there stays where nothing was chosen.
    if (answer.value.folder !== null) setFolder(answer.value.folder);
  };
  const submit = async (): Promise<void> => {
    setIsBusy(true);
    await props.onMove(folder.trim());
    setIsBusy(false);
  };
  if (!isOpen) {
    return (
      <div className={styles.buttons}>
        <Button onClick={() => setIsOpen(true)}>{words.move}</Button>
      </div>
    );
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label={words.moveTo}
        description={words.moveHint}
        value={folder}
        onChange={setFolder}
      />
      <div className={styles.buttons}>
        <Button type="submit" look="primary" disabled={isBusy || folder.trim() === ""}>
          {words.moveIt}
        </Button>
        {props.canChoose && (
          <Button disabled={isBusy} onClick={() => void choose()}>
            {words.chooseFolder}
          </Button>
        )}
        <Button
          onClick={() => {
            setIsOpen(false);
            props.onLeave();
          }}
        >
          {uiMessages.cancel}
        </Button>
      </div>
    </form>
  );
}

function Planned(props: {
  readonly plan: MovePlan;
  readonly canRestart: boolean;
  readonly onTakeBack: () => void;
  readonly onFailure: (message: string) => void;
}): ReactNode {
  const { plan, canRestart } = props;
  const restart = async (): Promise<void> => {
    const answer = await api.request("app.restart", {});
    if (!answer.ok) props.onFailure(answer.error.message);
  };
  return (
    <Notice
      tone="info"
      actions={
        <>
          {canRestart && (
            <Button size="small" look="primary" onClick={() => void restart()}>
              {words.restart}
            </Button>
          )}
          <Button size="small" onClick={props.onTakeBack}>
            {words.takeBack}
          </Button>
        </>
      }
    >
      {words.planned(formatBytes(plan.bytes), plan.to)}{" "}
      {!canRestart && <Prose>{words.restartByHand}</Prose>}
    </Notice>
  );
}
