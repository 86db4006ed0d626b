import { Play } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import type { LibraryEntry } from "../../app/contract/workflows.ts";
import { api } from "../api.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { openStartSheet } from "../start/start-choice.ts";
import { StatusLabel } from "../status/StatusLabel.tsx";
import { readNow } from "../store/second-clock.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import styles from "./WorkflowsScreen.module.css";

export function LibraryRow(props: {
  readonly entry: LibraryEntry;
  readonly onChanged: () => void;
  readonly onError: (message: string) => void;
}): ReactNode {
  const { entry } = props;
  const { workflowId } = entry;
  const [, navigate] = useLocation();
  const act = async (name: "workflows.update" | "workflows.remove"): Promise<void> => {
    const answer = await api.request(name, { workflowId });
    if (answer.ok) props.onChanged();
    else props.onError(answer.error.message);
  };
  return (
    <li className={styles.row}>
      <div className={styles.name}>
        <h3 title={entry.name}>{entry.name}</h3>
        <p title={entry.description ?? ""}>
          {entry.description ?? words.version(entry.version, entry.steps)}
        </p>
      </div>
      <div className={styles.source} title={entry.path ?? entry.fileName}>
        {entry.fileName}
        {entry.file === "changed" && (
          <>
            <Chip tone="warning">{words.fileChanged}</Chip>
            <Button size="small" onClick={() => void act("workflows.update")}>
              {words.update}
            </Button>
          </>
        )}
        {entry.file === "missing" && <Chip>{words.fileMissing}</Chip>}
      </div>
      <div className={styles.last}>
        {entry.lastRun === null ? (
          <span className={styles.muted}>{words.lastRunNever}</span>
        ) : (
          <>
            <StatusLabel status={entry.lastRun.status} />
            <Link href={`/run/${entry.lastRun.runId}`}>
              {formatMoment(parseTime(entry.lastRun.createdAt), readNow())}
            </Link>
          </>
        )}
      </div>
      <div className={styles.actions}>
        <Button
          icon={<Play size={13} aria-hidden="true" />}
          aria-label={`${words.start}: ${entry.name}`}
          onClick={() => openStartSheet({ from: "library", workflowId })}
        >
          {words.start}
        </Button>
        <ActionMenu
          label={words.more(entry.name)}
          actions={[
            {
              label: words.showRuns,
              onSelect: () => navigate(`/runs?q=${encodeURIComponent(`wf:${workflowId}`)}`),
            },
            {
              label: words.remove,
              isDangerous: true,
              onSelect: () => void act("workflows.remove"),
            },
          ]}
        />
      </div>
    </li>
  );
}
