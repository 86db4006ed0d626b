import { useState, type ReactNode } from "react";
import { api } from "../api.ts";
import type { DownReason } from "../link/link.ts";
import { connectionMessages } from "../messages/connection-messages.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { saveContent } from "../ui/save-file.ts";
import styles from "./ConnectionBars.module.css";

/** What is wrong with the engine, above every screen; nothing while all is well. */
export function ConnectionBars(): ReactNode {
  const connection = useStoreValue(runStore.connection);
  if (connection.state === "connecting") return null;
  if (connection.state === "up") return <EngineBars />;
  return (
    <div className={styles.bars}>
      <Notice tone="error" actions={connection.why === "stays_down" && <WaysOut />}>
        <Down why={connection.why} message={connection.message} />
      </Notice>
    </div>
  );
}

/** What a person can do about an engine that stays down: start it again, or save its data. */
function WaysOut(): ReactNode {
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { restartEngine, copyData, exportData, revealData } = api;
  const exportCopy = async (): Promise<void> => {
    if (copyData === null) return;
    setIsBusy(true);
    const copy = await copyData();
    setIsBusy(false);
    setFailure(copy.ok ? null : (copy.message ?? connectionMessages.exportFailed));
    if (copy.ok) saveContent("handshake-data.tar", copy.content);
  };
  return (
    <>
      {failure}
      {revealData !== null && (
        <Button size="small" title={connectionMessages.revealHint} onClick={revealData}>
          {connectionMessages.reveal}
        </Button>
      )}
      {exportData !== null && (
        <Button size="small" title={connectionMessages.exportCopyHint} onClick={exportData}>
          {connectionMessages.exportCopy}
        </Button>
      )}
      {copyData !== null && (
        <Button
          size="small"
          title={connectionMessages.exportCopyHint}
          disabled={isBusy}
          onClick={() => void exportCopy()}
        >
          {isBusy ? connectionMessages.exporting : connectionMessages.exportCopy}
        </Button>
      )}
      {restartEngine !== null && (
        <Button look="primary" size="small" onClick={restartEngine}>
          {connectionMessages.restartEngine}
        </Button>
      )}
    </>
  );
}

function Down(props: { readonly why: DownReason; readonly message: string | null }): ReactNode {
  switch (props.why) {
    case "refused":
      return (
        <>
          <strong>{connectionMessages.refusedTitle}.</strong>{" "}
          <Prose>{props.message ?? connectionMessages.refused}</Prose>
        </>
      );
    case "lost":
      return (
        <>
          <strong>
            <Prose>{connectionMessages.engineStopped}</Prose>
          </strong>{" "}
          {connectionMessages.reconnects}
        </>
      );
    case "stays_down":
      return (
        <>
          <strong>{connectionMessages.engineEnded}</strong> {connectionMessages.staysDown}
          {props.message !== null && (
            <>
              {" "}
              <Prose>{connectionMessages.because(props.message)}</Prose>
            </>
          )}
          {api.restartEngine === null && (
            <>
              {" "}
              <Prose>{connectionMessages.startAnew}</Prose>
            </>
          )}
        </>
      );
    case "ended":
      return (
        <>
          <strong>{connectionMessages.engineEnded}</strong> {connectionMessages.startsAgain}
        </>
      );
  }
}

function EngineBars(): ReactNode {
  const engine = useStoreValue(runStore.engine);
  const [dismissed, setDismissed] = useState(0);
  if (engine === null) return null;
  const notice = engine.notices[0];
  return (
    <div className={styles.bars}>
      {engine.state === "paused" && (
        <Notice
          tone="warning"
          actions={
            <Button
              look="primary"
              size="small"
              onClick={() => void api.request("engine.start", {})}
            >
              {connectionMessages.startEngine}
            </Button>
          }
        >
          {connectionMessages.paused}
        </Notice>
      )}
      {engine.state === "stopping" && <Notice tone="info">{connectionMessages.stopping}</Notice>}
      {notice !== undefined && notice.number > dismissed && (
        <Notice
          tone="warning"
          actions={
            <Button size="small" onClick={() => setDismissed(notice.number)}>
              {connectionMessages.dismiss}
            </Button>
          }
        >
          <Prose>{notice.message}</Prose>
        </Notice>
      )}
    </div>
  );
}
