import { useEffect, useState, type ReactNode } from "react";
import type { LibraryEntry, Sample } from "../../app/contract/workflows.ts";
import { api } from "../api.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { Notice } from "../ui/Notice.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { FileField } from "./FileField.tsx";
import { closeStartSheet, openStartSheet } from "./start-choice.ts";
import { readWorkflowFile } from "./use-workflow-file.ts";
import styles from "./ChooseWorkflow.module.css";

/** Which workflow: a copy in the library, a sample, or a file. */
export function ChooseWorkflow(): ReactNode {
  const [entries, setEntries] = useState<readonly LibraryEntry[]>([]);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    void api.request("workflows.list", {}).then((answer) => {
      if (answer.ok) setEntries(answer.value.entries);
      else setProblem(answer.error.message);
    });
    void api.request("workflows.samples", {}).then((answer) => {
      if (answer.ok) setSamples(answer.value.samples);
    });
  }, []);
  const take = async (file: File): Promise<void> => {
    const read = await readWorkflowFile(file);
    if (read.ok) openStartSheet({ from: "text", ...read.file });
    else setProblem(read.problem);
  };
  return (
    <Sheet title={words.chooseTitle} isOpen onClose={closeStartSheet}>
      <div
        className={styles.drop}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const [file] = event.dataTransfer.files;
          if (file !== undefined) void take(file);
        }}
      >
        <FileField label={words.openFile} onFile={(file) => void take(file)} />
        <span className={styles.muted}>{words.dropHere}</span>
      </div>
      {problem !== null && <Notice tone="error">{problem}</Notice>}
      {entries.length > 0 && <h3 className={styles.head}>{words.library}</h3>}
      <ul>
        {entries.map((entry) => (
          <Choice
            key={entry.workflowId}
            name={entry.name}
            text={entry.description}
            onChoose={() => openStartSheet({ from: "library", workflowId: entry.workflowId })}
          />
        ))}
      </ul>
      {samples.length > 0 && <h3 className={styles.head}>{words.samples}</h3>}
      <ul>
        {samples.map((sample) => (
          <Choice
            key={sample.sampleId}
            name={sample.name}
            text={sample.description}
            onChoose={() => openStartSheet({ from: "sample", sampleId: sample.sampleId })}
          />
        ))}
      </ul>
    </Sheet>
  );
}

function Choice(props: {
  readonly name: string;
  readonly text: string | null;
  readonly onChoose: () => void;
}): ReactNode {
  return (
    <li>
      <button type="button" className={styles.choice} onClick={props.onChoose}>
        <strong>{props.name}</strong>
        {props.text !== null && <span className={styles.muted}>{props.text}</span>}
      </button>
    </li>
  );
}
