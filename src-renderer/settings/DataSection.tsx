import { useState, type ReactNode } from "react";
import { api } from "../api.ts";
import { formatBytes } from "../format/quantity.ts";
import { formatWholeTime, parseTime } from "../format/time.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { Button } from "../ui/Button.tsx";
import { FactList } from "../ui/FactList.tsx";
import { Notice } from "../ui/Notice.tsx";
import { ChooseDatabase } from "./ChooseDatabase.tsx";
import { MoveData } from "./MoveData.tsx";
import { useAnswer } from "./use-answer.ts";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.data;

/** Where everything is kept, how large it is, and its backups. */
export function DataSection(): ReactNode {
  const { value: info, error, refresh } = useAnswer("data.info");
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string } | null>(null);
  const backUp = async (): Promise<void> => {
    setIsBusy(true);
    const answer = await api.request("data.backup", {});
    setIsBusy(false);
    setOutcome(
      answer.ok
        ? { ok: true, text: words.made(answer.value.backup.name) }
        : { ok: false, text: answer.error.message },
    );
    refresh();
  };
  const reveal = async (): Promise<void> => {
    const answer = await api.request("data.reveal", {});
    if (!answer.ok) setOutcome({ ok: false, text: answer.error.message });
  };
  if (error !== null) return <Notice tone="error">{error}</Notice>;
  if (info === null) return <p className={styles.muted}>{uiMessages.loading}</p>;
  const settings = Object.entries(info.storage.settings);
  return (
    <div className={styles.section}>
      <FactList
        facts={[
          [
            words.folder,
            <span key="folder" className={styles.folder}>
              <code>{info.folder}</code>
              {info.canReveal && (
                <Button size="small" title={words.revealHint} onClick={() => void reveal()}>
                  {words.reveal}
                </Button>
              )}
              <Button
                size="small"
                onClick={() => void window.navigator.clipboard.writeText(info.folder)}
              >
                {words.copyPath}
              </Button>
            </span>,
          ],
          [words.keptIn, <code key="location">{info.location}</code>],
          info.canBackUp ? [words.database, formatBytes(info.databaseBytes)] : null,
          info.canBackUp ? [words.blobs, formatBytes(info.blobBytes)] : null,
          info.freeBytes === null ? null : [words.free, formatBytes(info.freeBytes)],
          [
            words.backend,
            `${info.storage.backend} ${info.storage.version}, ${words.schema(info.storage.schemaVersion)}`,
          ],
          [
            words.settings,
            <span key="settings">
              {isSyncedAtOnce(info.storage.settings) && words.synced}
              <code className={styles.raw}>
                {settings.map(([name, value]) => `${name}=${value}`).join("  ")}
              </code>
            </span>,
          ],
        ]}
      />
      <div className={styles.choices}>
        <MoveData
          plan={info.move}
          canRestart={info.canRestart}
          canChooseFolder={info.canChooseFolder}
          onChange={refresh}
        />
        <ChooseDatabase isShared={!info.canBackUp} />
      </div>
      {info.canBackUp ? (
        <>
          <h3 className={styles.head}>{words.backups}</h3>
          {info.backups.length === 0 && <p className={styles.muted}>{words.noBackups}</p>}
          <ul>
            {info.backups.map((backup) => (
              <li key={backup.name} className={styles.row}>
                <span className={styles.grow}>{backup.name}</span>
                <span className={styles.muted}>{backup.reason}</span>
                <span className={styles.muted}>{formatWholeTime(parseTime(backup.at))}</span>
              </li>
            ))}
          </ul>
          <div className={styles.buttons}>
            <Button disabled={isBusy} onClick={() => void backUp()}>
              {isBusy ? words.backingUp : words.backupNow}
            </Button>
          </div>
        </>
      ) : (
        <p className={styles.hint}>{words.serverBackups}</p>
      )}
      {outcome !== null && <Notice tone={outcome.ok ? "info" : "error"}>{outcome.text}</Notice>}
    </div>
  );
}

/** As read back from SQLite: WAL with synchronous FULL (2) or EXTRA (3). PostgreSQL says it in its own words. */
function isSyncedAtOnce(settings: Readonly<Record<string, string>>): boolean {
  const { journal_mode: journal, synchronous } = settings;
  return journal === "wal" && (synchronous === "2" || synchronous === "3");
}
