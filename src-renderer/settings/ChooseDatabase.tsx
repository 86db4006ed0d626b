import { useState, type ReactNode } from "react";
import { api } from "../api.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { TextField } from "../ui/TextField.tsx";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.data;

/** Which database runs are kept in from the next start on. */
export function ChooseDatabase({ isShared }: { readonly isShared: boolean }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const [url, setUrl] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string } | null>(null);
  const choose = async (chosen: string | null): Promise<void> => {
    setIsBusy(true);
    const answer = await api.request("data.chooseDatabase", { url: chosen });
    setIsBusy(false);
    if (!answer.ok) return setOutcome({ ok: false, text: answer.error.message });
    const { location, isOverruled } = answer.value;
    const said = words.nextStart(location);
    setOutcome({ ok: !isOverruled, text: isOverruled ? `${said} ${words.overruled}` : said });
    setIsOpen(false);
    setUrl("");
  };
  return (
    <>
      {(!isOpen || isShared) && (
        <div className={styles.buttons}>
          {!isOpen && <Button onClick={() => setIsOpen(true)}>{words.share}</Button>}
          {isShared && <Button onClick={() => void choose(null)}>{words.ownFile}</Button>}
        </div>
      )}
      {isOpen && (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void choose(url.trim());
          }}
        >
          {/* It may hold a password. */}
          <TextField
            type="password"
            label={words.address}
            description={words.addressHint}
            value={url}
            onChange={setUrl}
          />
          <div className={styles.buttons}>
            <Button type="submit" look="primary" disabled={isBusy || url.trim() === ""}>
              {isBusy ? words.connecting : words.useIt}
            </Button>
            <Button
              onClick={() => {
                setIsOpen(false);
                setOutcome(null);
              }}
            >
              {uiMessages.cancel}
            </Button>
          </div>
        </form>
      )}
      {outcome !== null && <Notice tone={outcome.ok ? "info" : "error"}>{outcome.text}</Notice>}
    </>
  );
}
