import { useEffect, useState, type ReactNode } from "react";
import type { RequestOutput } from "../../app/contract/contract.ts";
import type { WorkflowChoice } from "../../app/contract/workflow-choice.ts";
import { api } from "../api.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { ProblemList } from "./ProblemList.tsx";
import { closeStartSheet, openStartSheet } from "./start-choice.ts";
import { StartForm } from "./StartForm.tsx";

type Inspected = RequestOutput<"workflow.inspect">;

/** Looks at the chosen workflow first: what is wrong with it, or what it needs and wants. */
export function PreparedStart({ workflow }: { readonly workflow: WorkflowChoice }): ReactNode {
  const [inspected, setInspected] = useState<Inspected | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const asking = new AbortController();
    void api.request("workflow.inspect", { workflow }, { signal: asking.signal }).then((answer) => {
      if (asking.signal.aborted) return;
      if (answer.ok) setInspected(answer.value);
      else setError(answer.error.message);
    });
    return () => asking.abort();
  }, [workflow, asked]);

  const summary = inspected?.summary ?? null;
  if (inspected !== null && summary !== null) {
    return (
      <StartForm
        workflow={workflow}
        summary={summary}
        problems={inspected.problems}
        onSecretSaved={() => setAsked(asked + 1)}
      />
    );
  }
  return (
    <Sheet
      title={words.chooseTitle}
      isOpen
      onClose={closeStartSheet}
      footer={
        <>
          <Button onClick={() => openStartSheet(null)}>{words.back}</Button>
          <Button onClick={closeStartSheet}>{words.cancel}</Button>
        </>
      }
    >
      {error !== null && (
        <Notice tone="error">
          <Prose>{error}</Prose>
        </Notice>
      )}
      {inspected !== null && <ProblemList problems={inspected.problems} />}
      {inspected === null && error === null && <p>{uiMessages.loading}</p>}
    </Sheet>
  );
}
