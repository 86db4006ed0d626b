import { FolderOpen, Play } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import type { Sample } from "../../app/contract/workflows.ts";
import { api } from "../api.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import { openStartSheet } from "../start/start-choice.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import styles from "./FirstRun.module.css";

/** What a person sees before their first run: samples, the one to try and to kill first. */
export function FirstRun(): ReactNode {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    void api.request("workflows.samples", {}).then((answer) => {
      if (answer.ok) setSamples(answer.value.samples.toSorted(firstOnTop));
    });
  }, []);
  return (
    <div className={styles.first}>
      <EmptyState title={runsMessages.firstTitle}>{runsMessages.first}</EmptyState>
      <ul className={styles.samples}>
        {samples.map((sample) => (
          <li key={sample.sampleId} className={styles.sample} data-first={sample.isFirst}>
            <div className={styles.words}>
              <h3>
                {sample.name}{" "}
                <span className={styles.steps}>{runsMessages.steps(sample.steps)}</span>
              </h3>
              <p>{sample.isFirst ? runsMessages.firstSample : sample.description}</p>
            </div>
            <Button
              look={sample.isFirst ? "primary" : "plain"}
              icon={<Play size={13} aria-hidden="true" />}
              aria-label={`${runsMessages.startSample}: ${sample.name}`}
              onClick={() => openStartSheet({ from: "sample", sampleId: sample.sampleId })}
            >
              {runsMessages.startSample}
            </Button>
          </li>
        ))}
      </ul>
      <p className={styles.file}>
        {runsMessages.orOwn}
        <Button
          icon={<FolderOpen size={15} aria-hidden="true" />}
          onClick={() => openStartSheet(null)}
        >
          {runsMessages.openFile}
        </Button>
      </p>
    </div>
  );
}

function firstOnTop(a: Sample, b: Sample): number {
  return Number(b.isFirst) - Number(a.isFirst);
}
