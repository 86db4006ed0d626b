import { memo, useState, type ReactNode } from "react";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { PlannedNode, RunGap } from "../../app/contract/run.ts";
import type { JobSummary } from "../../app/contract/run-detail.ts";
import { runMessages } from "../messages/run-messages.ts";
import { AnswerForm } from "../needs-you/AnswerForm.tsx";
import { PayloadView } from "../payload/PayloadView.tsx";
import { StatusIcon } from "../status/StatusIcon.tsx";
import { Tabs } from "../ui/Tabs.tsx";
import { AttemptsTab } from "./AttemptsTab.tsx";
import { FailureView } from "./FailureView.tsx";
import { NodeSummary } from "./NodeSummary.tsx";
import { RunSummary } from "./RunSummary.tsx";
import type { SteadyRun } from "./steady-run.ts";
import styles from "./Inspector.module.css";

const words = runMessages.inspector;

/** The selected step in full; without one, the run itself. */
export const Inspector = memo(function Inspector(props: {
  readonly run: SteadyRun;
  readonly job: JobSummary | null;
  readonly node: NodeRow | null;
  readonly plan: PlannedNode | null;
  readonly isSkipped: boolean;
  readonly gaps: readonly RunGap[];
}): ReactNode {
  const { run, node, plan } = props;
  if (node !== null) return <NodeInspector run={run} node={node} gaps={props.gaps} />;
  if (plan !== null) {
    return (
      <>
        <Head name={plan.name} status={props.isSkipped ? "skipped" : "pending"} kind={plan.type} />
        <p className={styles.note}>{props.isSkipped ? words.wasSkipped : words.notReached}</p>
      </>
    );
  }
  return <RunInspector run={run} job={props.job} />;
});

function NodeInspector(props: {
  readonly run: SteadyRun;
  readonly node: NodeRow;
  readonly gaps: readonly RunGap[];
}): ReactNode {
  const { run, node } = props;
  const isAsking = node.status === "awaiting_user" || node.status === "awaiting_validation";
  const [tab, setTab] = useState(node.error === null ? "summary" : "error");
  const { nodeExecutionId } = node;
  return (
    <>
      <Head name={node.name} status={node.status} kind={node.nodeType} />
      {isAsking && (
        <div className={styles.answer}>
          <AnswerForm runId={run.runId} node={node} />
        </div>
      )}
      <Tabs
        label={node.name}
        value={tab}
        onChange={setTab}
        tabs={[
          {
            id: "summary",
            name: words.tabs.summary,
            content: <NodeSummary run={run} node={node} gaps={props.gaps} />,
          },
          {
            id: "input",
            name: words.tabs.input,
            content: (
              <PayloadView
                slot={{ of: "node", nodeExecutionId, slot: "input" }}
                payload={node.inputRef}
                empty={words.noInput}
              />
            ),
          },
          {
            id: "output",
            name: words.tabs.output,
            content: (
              <PayloadView
                slot={{ of: "node", nodeExecutionId, slot: "output" }}
                payload={node.outputRef}
                empty={words.noOutput}
              />
            ),
          },
          {
            id: "error",
            name: words.tabs.error,
            content:
              node.error === null ? (
                <p className={styles.note}>{words.noError}</p>
              ) : (
                <FailureView failure={node.error} title={node.name} />
              ),
          },
          {
            id: "attempts",
            name: words.tabs.attempts,
            content: <AttemptsTab node={node} gaps={props.gaps} />,
          },
        ]}
      />
    </>
  );
}

function RunInspector(props: {
  readonly run: SteadyRun;
  readonly job: JobSummary | null;
}): ReactNode {
  const { run } = props;
  const [tab, setTab] = useState(run.error === null ? "summary" : "error");
  return (
    <>
      <Head name={words.ofRun} status={run.status} kind={run.workflowId} />
      <Tabs
        label={words.ofRun}
        value={tab}
        onChange={setTab}
        tabs={[
          {
            id: "summary",
            name: words.tabs.summary,
            content: <RunSummary run={run} job={props.job} />,
          },
          {
            id: "input",
            name: words.tabs.input,
            content: (
              <PayloadView
                slot={{ of: "run", runId: run.runId, slot: "input" }}
                payload={run.inputRef}
                empty={words.noInput}
              />
            ),
          },
          {
            id: "output",
            name: words.tabs.output,
            content: (
              <PayloadView
                slot={{ of: "run", runId: run.runId, slot: "output" }}
                payload={run.outputRef}
                empty={words.noOutput}
              />
            ),
          },
          {
            id: "error",
            name: words.tabs.error,
            content:
              run.error === null ? (
                <p className={styles.note}>{words.noError}</p>
              ) : (
                <FailureView failure={run.error} title={run.title} />
              ),
          },
        ]}
      />
    </>
  );
}

function Head(props: {
  readonly name: string;
  readonly status: Parameters<typeof StatusIcon>[0]["status"];
  readonly kind: string;
}): ReactNode {
  return (
    <header className={styles.head}>
      <StatusIcon status={props.status} />
      <h2 className={styles.name}>{props.name}</h2>
      <span className={styles.kind}>{props.kind}</span>
    </header>
  );
}
