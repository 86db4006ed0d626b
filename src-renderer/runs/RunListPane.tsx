import type { ReactNode } from "react";
import { runsMessages } from "../messages/runs-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Notice } from "../ui/Notice.tsx";
import { FirstRun } from "./FirstRun.tsx";
import { NoMatch } from "./NoMatch.tsx";
import type { ParsedQuery } from "./parse-run-query.ts";
import { RunList } from "./RunList.tsx";
import { RunListSkeleton } from "./RunListSkeleton.tsx";
import styles from "./RunListPane.module.css";

/** The list in each of its states (ui.md §4). */
export function RunListPane(props: {
  readonly parsed: ParsedQuery;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}): ReactNode {
  const view = useStoreValue(runStore.list.view);
  const counters = useStoreValue(runStore.list.counters);
  const connection = useStoreValue(runStore.connection);
  // While it is being connected nothing has failed yet; while it is down the bar above says so.
  const isUp = connection.state === "up";
  const isAnyRun = counters !== null && Object.values(counters).some((count) => count > 0);

  if (props.parsed.ok && props.parsed.isContradiction) {
    return (
      <EmptyState
        title={runsMessages.noMatchTitle}
        actions={<Button onClick={() => props.onQuery("")}>{runsMessages.clear}</Button>}
      >
        {runsMessages.contradiction}
      </EmptyState>
    );
  }
  if (view.order.length > 0) {
    return (
      <>
        {view.error !== null && isUp && (
          <div className={styles.error}>
            <Notice tone="error" actions={<RetryButton />}>
              {runsMessages.listFailed} {view.error.message} {runsMessages.staleList}
            </Notice>
          </div>
        )}
        <RunList isDimmed={!props.parsed.ok || (view.error !== null && isUp)} />
      </>
    );
  }
  if (view.error !== null && isUp) {
    return (
      <div className={styles.error}>
        <Notice tone="error" actions={<RetryButton />}>
          {runsMessages.listFailed} {view.error.message}
        </Notice>
      </div>
    );
  }
  if (view.loading !== null || counters === null || view.error !== null) return <RunListSkeleton />;
  if (!isAnyRun) return <FirstRun />;
  return <NoMatch parsed={props.parsed} query={props.query} onQuery={props.onQuery} />;
}

function RetryButton(): ReactNode {
  return (
    <Button size="small" onClick={() => runStore.list.retry()}>
      {uiMessages.retry}
    </Button>
  );
}
