import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useLocation } from "wouter";
import type { WorkflowChoice } from "../../app/contract/workflow-choice.ts";
import type { WorkflowProblem, WorkflowSummary } from "../../app/contract/workflows.ts";
import { api } from "../api.ts";
import { planForm } from "../form/form-fields.ts";
import { initialTexts, readForm } from "../form/read-form.ts";
import { SchemaForm } from "../form/SchemaForm.tsx";
import { startMessages as words } from "../messages/start-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { ProblemList } from "./ProblemList.tsx";
import { problemsByField, readStartProblems } from "./start-problems.ts";
import { closeStartSheet, openStartSheet } from "./start-choice.ts";
import { WantedList } from "./WantedList.tsx";
import { MissingSecret } from "./MissingSecret.tsx";
import styles from "./StartForm.module.css";

/** Input, secrets, and what the workflow wants in plain words; Cancel has the focus. */
export function StartForm(props: {
  readonly workflow: WorkflowChoice;
  readonly summary: WorkflowSummary;
  readonly problems: readonly WorkflowProblem[];
  readonly onSecretSaved: () => void;
}): ReactNode {
  const { workflow, summary } = props;
  const [, navigate] = useLocation();
  const cancel = useRef<HTMLButtonElement>(null);
  const plan = useMemo(
    () => (summary.inputSchema === null ? null : planForm(summary.inputSchema, summary.lastInput)),
    [summary.inputSchema, summary.lastInput],
  );
  const [texts, setTexts] = useState<Record<string, string>>(() =>
    plan === null ? {} : initialTexts(plan),
  );
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problems, setProblems] = useState<readonly WorkflowProblem[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  // One press is one run, however often its request is sent.
  const requestKey = useRef(window.crypto.randomUUID());
  const missing = summary.secrets.filter((secret) => !secret.isPresent);
  const open = summary.capabilities.filter((wanted) => !wanted.isRemembered);
  const blocking = props.problems.filter((problem) => problem.stage !== "credential");
  const canStart = !isBusy && missing.length === 0 && blocking.length === 0;

  const start = async (remember: boolean): Promise<void> => {
    const input = plan === null ? ({ ok: true, value: {} } as const) : readForm(plan, texts);
    setErrors(input.ok ? {} : input.errors);
    if (!input.ok || !canStart) return;
    setIsBusy(true);
    const answer = await api.request("run.start", {
      workflow,
      input: input.value,
      grants: summary.capabilities.map((wanted) => wanted.capability),
      remember,
      requestKey: requestKey.current,
    });
    setIsBusy(false);
    if (answer.ok) {
      closeStartSheet();
      navigate(`/run/${answer.value.runId}`);
      return;
    }
    const found = readStartProblems(answer.error);
    const byField = problemsByField(found, plan);
    setErrors(byField.errors);
    setProblems(byField.rest);
    setFailure(found.length === 0 ? answer.error.message : null);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void start(false);
    }
  };

  return (
    <Sheet
      title={words.title(summary.name)}
      description={
        <>
          {words.version(summary.version, summary.steps)}
          {" · "}
          {workflow.from === "text"
            ? words.source(workflow.path ?? workflow.fileName)
            : workflow.from === "sample"
              ? words.sample
              : words.library}
          {summary.description !== null && <p>{summary.description}</p>}
        </>
      }
      isOpen
      onClose={closeStartSheet}
      focusFirst={cancel}
      footer={
        <>
          <Button className={styles.back} look="quiet" onClick={() => openStartSheet(null)}>
            {words.back}
          </Button>
          <Button ref={cancel} onClick={closeStartSheet}>
            {words.cancel}
          </Button>
          {open.length > 0 && (
            <Button disabled={!canStart} onClick={() => void start(true)}>
              {words.allowAlways}
            </Button>
          )}
          <Button look="primary" disabled={!canStart} onClick={() => void start(false)}>
            {open.length > 0 ? words.allowOnce : words.start}
          </Button>
        </>
      }
    >
      <div className={styles.form} onKeyDown={onKey}>
        <ProblemList problems={[...blocking, ...problems]} />
        {failure !== null && (
          <Notice tone="error">
            {words.failed} <Prose>{failure}</Prose>
          </Notice>
        )}
        {missing.map((secret) => (
          <MissingSecret key={secret.name} name={secret.name} onSaved={props.onSecretSaved} />
        ))}
        {plan === null ? (
          <p className={styles.muted}>{words.noInput}</p>
        ) : (
          <SchemaForm
            plan={plan}
            texts={texts}
            errors={errors}
            onText={(name, text) => setTexts({ ...texts, [name]: text })}
          />
        )}
        <WantedList summary={summary} />
      </div>
    </Sheet>
  );
}
