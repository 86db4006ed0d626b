import { useCallback, useEffect, useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { PayloadRef } from "../../app/model/workflow-run.ts";
import { formatElapsed } from "../format/duration.ts";
import { parseTime } from "../format/time.ts";
import { needsYouMessages as words } from "../messages/needs-you-messages.ts";
import { PayloadView } from "../payload/PayloadView.tsx";
import { runStore } from "../run-store.ts";
import { StatusIcon } from "../status/StatusIcon.tsx";
import type { OpenRun, OpenRunView } from "../store/open-run.ts";
import { useNow } from "../store/second-clock.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { AnswerForm } from "./AnswerForm.tsx";
import styles from "./NeedsYouScreen.module.css";

/** A run that waits, with each of its questions. It disappears when all are answered. */
export function WaitingRun(props: {
  readonly runId: string;
  /** What its questions are about is read: from now on nothing in it moves by itself. */
  readonly onWhole: (runId: string) => void;
}): ReactNode {
  const { runId } = props;
  const [open, setOpen] = useState<OpenRun | null>(null);
  useEffect(() => {
    const opened = runStore.openRun(runId);
    setOpen(opened);
    return () => opened.close();
  }, [runId]);
  return open === null ? null : <OpenWaitingRun open={open} onWhole={props.onWhole} />;
}

function OpenWaitingRun(props: {
  readonly open: OpenRun;
  readonly onWhole: (runId: string) => void;
}): ReactNode {
  const { open, onWhole } = props;
  const { run, nodes, outline } = useStoreValue(open.view);
  const now = useNow();
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const onRead = useCallback(
    (key: string) => setRead((known) => (known.has(key) ? known : new Set([...known, key]))),
    [],
  );
  const asking = nodes.rows.filter(isAsking);
  const contexts = asking.map((node) => contextOf(node, { nodes, outline }));
  const isWhole = run !== null && contexts.flat().every((context) => isSettled(context, read));
  useEffect(() => {
    if (isWhole) onWhole(open.runId);
  }, [isWhole, onWhole, open.runId]);
  if (run === null || asking.length === 0) return null;
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <StatusIcon status={run.status} />
        <h2 className={styles.name}>{run.title}</h2>
        <span className={styles.muted}>{words.asked(formatElapsed(now - oldestMs(asking)))}</span>
        <Link href={`/run/${run.runId}`} className={styles.open}>
          {words.openRun}
        </Link>
      </div>
      {asking.map((node, index) => (
        <div key={node.nodeExecutionId} className={styles.step}>
          <AnswerForm
            runId={run.runId}
            node={node}
            context={contexts[index]?.map((context) => (
              <Context key={context.node.nodeExecutionId} {...context} onRead={onRead} />
            ))}
          />
        </div>
      ))}
    </li>
  );
}

interface AnswerContext {
  readonly node: NodeRow;
  readonly slot: "input" | "output";
}

/** What the question is about: the output to review, else the outputs that led to it, else its input. */
function contextOf(
  node: NodeRow,
  { nodes, outline }: Pick<OpenRunView, "nodes" | "outline">,
): readonly AnswerContext[] {
  if (node.status === "awaiting_validation") return [{ node, slot: "output" }];
  if (node.question?.kind !== "approval") return [{ node, slot: "input" }];
  const before = outline.find((plan) => plan.nodeId === node.nodePath)?.after ?? [];
  return nodes.rows
    .filter((one) => before.includes(one.nodePath) && one.outputRef !== null)
    .map((one) => ({ node: one, slot: "output" }));
}

function Context(
  props: AnswerContext & { readonly onRead: (nodeExecutionId: string) => void },
): ReactNode {
  const { node, slot, onRead } = props;
  const { nodeExecutionId } = node;
  const tell = useCallback(() => onRead(nodeExecutionId), [onRead, nodeExecutionId]);
  const payload = payloadOf(props);
  if (payload === null) return null;
  return (
    <details className={styles.context} open={payload.bytes < smallBytes}>
      <summary>
        {words.context}: {node.name}
      </summary>
      <PayloadView
        slot={{ of: "node", nodeExecutionId, slot }}
        payload={payload}
        empty=""
        onRead={tell}
      />
    </details>
  );
}

function payloadOf({ node, slot }: AnswerContext): PayloadRef | null {
  return slot === "output" ? node.outputRef : node.inputRef;
}

/** It takes no more room by itself: there is nothing to read, it is closed, or it was read. */
function isSettled(context: AnswerContext, read: ReadonlySet<string>): boolean {
  const payload = payloadOf(context);
  return payload === null || payload.bytes >= smallBytes || read.has(context.node.nodeExecutionId);
}

/** What is shown without being asked for. */
const smallBytes = 2_000;

function isAsking(node: NodeRow): boolean {
  return node.status === "awaiting_user" || node.status === "awaiting_validation";
}

function oldestMs(nodes: readonly NodeRow[]): number {
  return Math.min(...nodes.map((node) => parseTime(node.createdAt)));
}
