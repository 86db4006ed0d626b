import { useState, type ReactNode } from "react";
import type { DiagnosticsPart } from "../../app/contract/data.ts";
import { api } from "../api.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { saveFile } from "../ui/save-file.ts";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.diagnostics;

/** Everything that the file would hold is shown, part by part, before it can be saved. */
export function DiagnosticsFile(): ReactNode {
  const [parts, setParts] = useState<readonly DiagnosticsPart[] | null>(null);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<string | null>(null);
  const look = async (): Promise<void> => {
    const answer = await api.request("diagnostics.preview", {});
    if (answer.ok) setParts(answer.value.parts);
    setError(answer.ok ? null : answer.error.message);
  };
  const chosen = parts?.filter((part) => !left.has(part.name)).map((part) => part.name) ?? [];
  const save = async (): Promise<void> => {
    const answer = await api.request("diagnostics.export", { parts: chosen });
    setError(answer.ok ? null : answer.error.message);
    if (!answer.ok) return;
    saveFile({ name: answer.value.fileName, text: answer.value.text, type: "application/json" });
  };
  const tick = (name: string, isTicked: boolean): void => {
    const next = new Set(left);
    if (isTicked) next.delete(name);
    else next.add(name);
    setLeft(next);
  };
  return (
    <>
      <h3 className={styles.head}>{words.file}</h3>
      <p className={styles.muted}>{words.fileText}</p>
      {error !== null && <Notice tone="error">{error}</Notice>}
      {parts !== null && (
        <div>
          {parts.map((part) => (
            <div key={part.name} className={styles.part}>
              <label className={styles.check}>
                <input
                  type="checkbox"
                  checked={!left.has(part.name)}
                  onChange={(event) => tick(part.name, event.target.checked)}
                />
                <span className={styles.grow}>
                  <strong>{part.name}</strong> {part.words}
                </span>
                <span className={styles.muted}>{words.size(part.bytes)}</span>
              </label>
              <details>
                <summary>{words.content}</summary>
                <pre>{part.text}</pre>
              </details>
            </div>
          ))}
        </div>
      )}
      <div className={styles.buttons}>
        {parts === null ? (
          <Button onClick={() => void look()}>{words.look}</Button>
        ) : (
          <Button look="primary" disabled={chosen.length === 0} onClick={() => void save()}>
            {words.save(chosen.length)}
          </Button>
        )}
      </div>
    </>
  );
}
