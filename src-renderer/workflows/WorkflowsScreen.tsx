import { Library } from "lucide-react";
import { useCallback, useEffect, useState, type ReactNode } from "react";
import type { LibraryEntry } from "../../app/contract/workflows.ts";
import type { WorkflowText } from "../../app/contract/workflow-choice.ts";
import { api } from "../api.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { runStore } from "../run-store.ts";
import { FileField } from "../start/FileField.tsx";
import { readWorkflowFile } from "../start/use-workflow-file.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { LibraryRow } from "./LibraryRow.tsx";
import { ReplaceSheet } from "./ReplaceSheet.tsx";
import styles from "./WorkflowsScreen.module.css";

/** The library of copies: name, source, last run, Start. */
export function WorkflowsScreen(): ReactNode {
  const connection = useStoreValue(runStore.connection);
  const [entries, setEntries] = useState<readonly LibraryEntry[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [replacing, setReplacing] = useState<WorkflowText | null>(null);
  const read = useCallback(async () => {
    const answer = await api.request("workflows.list", {});
    if (answer.ok) setEntries(answer.value.entries);
    setError(answer.ok ? null : answer.error.message);
  }, []);
  useEffect(() => {
    if (connection.state === "up") void read();
  }, [read, connection]);

  const add = async (file: WorkflowText, replace: boolean): Promise<void> => {
    const answer = await api.request("workflows.add", { ...file, replace });
    if (answer.ok) {
      setReplacing(null);
      await read();
    } else if (answer.error.code === "CONFLICT") setReplacing(file);
    else setError(answer.error.message);
  };
  const take = async (file: File): Promise<void> => {
    const found = await readWorkflowFile(file);
    if (found.ok) await add(found.file, false);
    else setError(found.problem);
  };

  return (
    <div
      className={styles.screen}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const [file] = event.dataTransfer.files;
        if (file !== undefined) void take(file);
      }}
    >
      <header className={styles.header}>
        <div>
          <h1>{words.libraryTitle}</h1>
          <p className={styles.muted}>{words.libraryText}</p>
        </div>
        <FileField label={words.addFile} onFile={(file) => void take(file)} />
      </header>
      {error !== null && connection.state === "up" && (
        <Notice
          tone="error"
          actions={
            <Button size="small" onClick={() => void read()}>
              {uiMessages.retry}
            </Button>
          }
        >
          <Prose>{error}</Prose>
        </Notice>
      )}
      {entries?.length === 0 && (
        <EmptyState icon={<Library size={28} />} title={words.emptyTitle}>
          {words.empty}
        </EmptyState>
      )}
      {entries === null && error === null && <p className={styles.muted}>{uiMessages.loading}</p>}
      {entries !== null && entries.length > 0 && (
        <ul className={styles.list}>
          {entries.map((entry) => (
            <LibraryRow
              key={entry.workflowId}
              entry={entry}
              onChanged={() => void read()}
              onError={setError}
            />
          ))}
        </ul>
      )}
      {replacing !== null && (
        <ReplaceSheet
          file={replacing}
          onReplace={() => void add(replacing, true)}
          onClose={() => setReplacing(null)}
        />
      )}
    </div>
  );
}
