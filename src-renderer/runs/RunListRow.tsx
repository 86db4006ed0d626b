import { memo, useCallback, useSyncExternalStore, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import type { RunRow } from "../../app/contract/run-row.ts";
import { formatDuration, formatElapsed, speakDuration } from "../format/duration.ts";
import { formatMoment, formatWholeTime, parseTime } from "../format/time.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import { statusWords } from "../messages/status-messages.ts";
import { runStore } from "../run-store.ts";
import { StatusLabel } from "../status/StatusLabel.tsx";
import { statusColour } from "../status/status-style.ts";
import { readNow, useNow } from "../store/second-clock.ts";
import { Chip } from "../ui/Chip.tsx";
import { classNames } from "../ui/class-names.ts";
import { runDuration } from "./run-duration.ts";
import { rowElementId } from "./row-element-id.ts";
import styles from "./RunListRow.module.css";

export interface RunListRowProps {
  readonly runId: string;
  readonly index: number;
  readonly topPx: number;
  readonly heightPx: number;
  /** The one row that Tab leads to. */
  readonly isActive: boolean;
  readonly onActivate: (runId: string) => void;
}

/** One run. It listens to its own changes: a batch re-renders only the rows that it names. */
export const RunListRow = memo(function RunListRow(props: RunListRowProps): ReactNode {
  const { runId } = props;
  const subscribe = useCallback(
    (listener: () => void) => runStore.list.onRow(runId, listener),
    [runId],
  );
  const listed = useSyncExternalStore(subscribe, () => runStore.list.get(runId));
  const [, navigate] = useLocation();
  if (listed === null) return null;
  const { row, matches } = listed;
  const now = readNow();
  const startedMs = parseTime(row.startedAt ?? row.createdAt);
  return (
    <div
      id={rowElementId(runId)}
      role="row"
      aria-rowindex={props.index + 2}
      aria-label={rowName(row, now)}
      tabIndex={props.isActive ? 0 : -1}
      className={classNames(styles.row, styles.columns, !matches && styles.left)}
      style={{ transform: `translateY(${props.topPx}px)`, height: props.heightPx }}
      onFocus={() => props.onActivate(runId)}
      onClick={(event) => {
        const isOnLink = event.target instanceof Element && event.target.closest("a") !== null;
        if (!isOnLink && !event.defaultPrevented) navigate(`/run/${runId}`);
      }}
    >
      <span role="gridcell" className={styles.status}>
        <StatusLabel status={row.status} />
        <Flags row={row} />
      </span>
      <span role="gridcell" className={styles.title}>
        <Link href={`/run/${runId}`} tabIndex={-1} className={styles.link} title={row.title}>
          {row.title}
        </Link>
      </span>
      <span role="gridcell" className={classNames(styles.cell, styles.workflow)}>
        {row.workflowId}
      </span>
      <span role="gridcell" className={classNames(styles.cell, styles.step)}>
        <Step row={row} />
      </span>
      <span role="gridcell" className={styles.progress}>
        <Progress row={row} />
      </span>
      <span role="gridcell" className={styles.right} title={formatWholeTime(startedMs)}>
        {formatMoment(startedMs, now)}
      </span>
      <span role="gridcell" className={classNames(styles.right, styles.duration)}>
        <Duration row={row} />
      </span>
    </div>
  );
});

function Flags({ row }: { readonly row: RunRow }): ReactNode {
  return (
    <>
      {row.closingTo !== null && row.finishedAt === null && <Chip>{runsMessages.ending}</Chip>}
      {row.crashCount > 1 && <Chip tone="warning">{runsMessages.suspect(row.crashCount)}</Chip>}
    </>
  );
}

function Step({ row }: { readonly row: RunRow }): ReactNode {
  if (row.step === null) return row.error === null ? null : row.error.message;
  const text = row.step.name;
  const title = row.error === null ? text : `${text}: ${row.error.message}`;
  return (
    <span title={title}>
      {text}
      {row.error !== null && <span className={styles.error}> {row.error.message}</span>}
    </span>
  );
}

function Progress({ row }: { readonly row: RunRow }): ReactNode {
  const share = row.nodesTotal === 0 ? 0 : row.nodesDone / row.nodesTotal;
  return (
    <>
      <span className={styles.track} aria-hidden="true">
        <span
          className={styles.fill}
          style={{ width: `${share * 100}%`, background: statusColour(row.status) }}
        />
      </span>
      <span className={styles.figures}>
        {runsMessages.progressOf(row.nodesDone, row.nodesTotal)}
      </span>
    </>
  );
}

/** Only what runs listens to the clock. */
function Duration({ row }: { readonly row: RunRow }): ReactNode {
  return row.status === "running" ? <LiveDuration row={row} /> : durationText(row, readNow());
}

function LiveDuration({ row }: { readonly row: RunRow }): ReactNode {
  return durationText(row, useNow());
}

function durationText(row: RunRow, now: number): string | null {
  const duration = runDuration(row, now);
  if (duration === null) return null;
  return duration.isLive ? formatElapsed(duration.ms) : formatDuration(duration.ms);
}

function rowName(row: RunRow, now: number): string {
  const duration = runDuration(row, now);
  return runsMessages.rowName({
    status: statusWords[row.status],
    title: row.title,
    step: row.step?.name ?? null,
    done: row.nodesDone,
    total: row.nodesTotal,
    started: formatMoment(parseTime(row.startedAt ?? row.createdAt), now),
    duration: duration === null ? "" : speakDuration(duration.ms),
  });
}
