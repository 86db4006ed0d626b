import { useRef, useState, type ReactNode } from "react";
import { api } from "../api.ts";
import { runMessages } from "../messages/run-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import type { SteadyRun } from "./steady-run.ts";
import { Sheet } from "../ui/Sheet.tsx";

/** Asks before a run is cancelled; the harmless answer has the focus. */
export function CancelSheet(props: {
  readonly run: SteadyRun;
  readonly onClose: () => void;
}): ReactNode {
  const keep = useRef<HTMLButtonElement>(null);
  const [error, setError] = useState<string | null>(null);
  const cancel = async (): Promise<void> => {
    const answer = await api.request("run.cancel", { runId: props.run.runId });
    if (answer.ok) props.onClose();
    else setError(answer.error.message);
  };
  return (
    <Sheet
      title={runMessages.cancelTitle}
      isOpen
      onClose={props.onClose}
      focusFirst={keep}
      footer={
        <>
          <Button ref={keep} onClick={props.onClose}>
            {runMessages.keepRunning}
          </Button>
          <Button look="danger" onClick={() => void cancel()}>
            {runMessages.cancel}
          </Button>
        </>
      }
    >
      <p>{runMessages.cancelText}</p>
      {error !== null && (
        <Notice tone="error">
          <Prose>{error}</Prose>
        </Notice>
      )}
    </Sheet>
  );
}
