import { useEffect, useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { NodeRow } from "../../app/contract/node-row.ts";
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
export function WaitingRun({ runId }: { readonly runId: string }): ReactNode {
  const [open, setOpen] = useState<OpenRun | null>(null);
  useEffect(() => {
    const opened = runStore.openRun(runId);
    setOpen(opened);
    return () => opened.close();
  }, [runId]);
  return open === null ? null : <OpenWaitingRun open={open} />;
}

function OpenWaitingRun({ open }: { readonly open: OpenRun }): ReactNode {
  const { run, nodes, outline } = useStoreValue(open.view);
  const now = useNow();
  const asking = nodes.rows.filter(isAsking);
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
      {asking.map((node) => (
        <div key={node.nodeExecutionId} className={styles.step}>
          <AnswerForm
            runId={run.runId}
            node={node}
            context={contextOf(node, { nodes, outline }).map((context) => (
              <Context key={context.node.nodeExecutionId} {...context} />
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

function Context({ node, slot }: AnswerContext): ReactNode {
  const payload = slot === "output" ? node.outputRef : node.inputRef;
  if (payload === null) return null;
  const isSmall = payload.bytes < smallBytes;
  return (
    <details className={styles.context} open={isSmall}>
      <summary>
        {words.context}: {node.name}
      </summary>
      <PayloadView
        slot={{ of: "node", nodeExecutionId: node.nodeExecutionId, slot }}
        payload={payload}
        empty=""
      />
    </details>
  );
}

/** What is shown without being asked for. */
const smallBytes = 2_000;

function isAsking(node: NodeRow): boolean {
  return node.status === "awaiting_user" || node.status === "awaiting_validation";
}

function oldestMs(nodes: readonly NodeRow[]): number {
  return Math.min(...nodes.map((node) => parseTime(node.createdAt)));
}
