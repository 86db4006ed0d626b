import { ArrowLeft } from "lucide-react";
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { Link, useLocation, useSearch } from "wouter";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { PlannedNode } from "../../app/contract/run.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";
import { isTerminal } from "../../app/model/job.ts";
import { parseTime } from "../format/time.ts";
import { useShortcuts } from "../keyboard/use-shortcuts.ts";
import { runMessages } from "../messages/run-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { runStore } from "../run-store.ts";
import { isEngineHeard } from "../store/engine-heard.ts";
import type { NodeTable } from "../store/node-table.ts";
import type { OpenRun } from "../store/open-run.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Splitter } from "../ui/Splitter.tsx";
import { useRememberedWidth } from "../ui/use-remembered-width.ts";
import { useWasEver } from "../ui/use-was-ever.ts";
import { createTimelineBuilder } from "./build-timeline.ts";
import { blockingNodes } from "./blocking-nodes.ts";
import { BlockerLine } from "./BlockerLine.tsx";
import { EventsView } from "./EventsView.tsx";
import { Inspector } from "./Inspector.tsx";
import { RunHeader } from "./RunHeader.tsx";
import { RunSkeleton } from "./RunSkeleton.tsx";
import { useSteadyRun } from "./steady-run.ts";
import { StoppedRun } from "./StoppedRun.tsx";
import { useInterrupted } from "./use-interrupted.ts";
import type { Timeline } from "./waterfall/timeline.ts";
import { Waterfall } from "./waterfall/Waterfall.tsx";
import styles from "./RunScreen.module.css";

/** One run: what it is, what it waits for, its steps in time, and one of them in full. */
export function RunScreen({ runId }: { readonly runId: string }): ReactNode {
  const [open, setOpen] = useState<OpenRun | null>(null);
  useEffect(() => {
    const opened = runStore.openRun(runId);
    setOpen(opened);
    return () => opened.close();
  }, [runId]);
  return open === null ? <RunSkeleton /> : <OpenedRun key={open.runId} open={open} />;
}

type RunView = "timeline" | "events";

function OpenedRun({ open }: { readonly open: OpenRun }): ReactNode {
  const view = useStoreValue(open.view);
  const { skipped, closing } = useStoreValue(open.history.view);
  const isHeard = useStoreValue(isEngineHeard);
  const search = useSearch();
  const [, navigate] = useLocation();
  const [chosenPx, setInspectorPx] = useRememberedWidth("inspector");
  const inspectorPx = chosenPx ?? 400;
  const { run, nodes, outline, gaps, error } = view;
  const place = new URLSearchParams(search);
  const runView: RunView = place.get("view") === "events" ? "events" : "timeline";
  const buildTimeline = useMemo(createTimelineBuilder, []);
  const timeline = useMemo(
    () => (run === null ? null : buildTimeline({ run, nodes: nodes.rows, outline, gaps, skipped })),
    [buildTimeline, run, nodes, outline, gaps, skipped],
  );
  const blocking = useMemo(
    () => (run === null ? [] : blockingNodes(run, nodes.rows)),
    [run, nodes],
  );

  const show = useCallback(
    (next: Readonly<Record<string, string | null>>): void => {
      const shown = new URLSearchParams(search);
      for (const [name, value] of Object.entries(next)) {
        if (value === null) shown.delete(name);
        else shown.set(name, value);
      }
      const text = shown.toString();
      navigate(`/run/${open.runId}${text === "" ? "" : `?${text}`}`, { replace: true });
    },
    [search, navigate, open.runId],
  );
  const showNode = useCallback((key: string) => show({ node: key, view: null }), [show]);
  const selectNode = useCallback((key: string) => show({ node: key }), [show]);
  const steady = useSteadyRun(run);
  const { interrupted, isAwaited } = useInterrupted(run);
  // Of a run that has stopped, what is saved stands above its steps: they would jump if it came behind them.
  const isReady = useWasEver(run !== null && !(isAwaited && isHeard));
  const asked = place.get("node");
  // A failed run opens at its root cause, a waiting one at its question; what works moves on by itself.
  const selected = asked ?? (isWorking(run) ? null : blocking[0]?.nodeExecutionId) ?? null;
  const selectedNode = selected === null ? null : findNode(nodes, timeline, selected);

  useShortcuts({
    "1": () => show({ view: null }),
    "5": () => show({ view: "events" }),
    w: () => show({ node: blocking[0]?.nodeExecutionId ?? null, view: null }),
    Escape: () => {
      if (asked === null) navigate("/runs");
      else show({ node: null });
    },
  });

  if (run === null || steady === null || !isReady) {
    if (error !== null)
      return <RunNotOpened message={error.message} isGone={error.code === "NOT_FOUND"} />;
    return <RunSkeleton />;
  }
  const isLive = !isTerminal(run.status) && run.status !== "stalled" && run.status !== "poisoned";
  return (
    <div className={styles.screen} data-stale={!isHeard}>
      <RunHeader
        run={run}
        view={view}
        waiting={blocking.find(isWaiting) ?? null}
        closingSinceMs={parseTime(closing?.at ?? null)}
        onShowNode={showNode}
      />
      {interrupted !== null && isHeard && <StoppedRun interrupted={interrupted} />}
      <BlockerLine
        // While the engine is not heard nobody knows what the run waits for.
        blocking={isHeard ? blocking : []}
        progress={view.progress}
        onShowNode={showNode}
      />
      <div className={styles.views} role="group" aria-label={runMessages.views}>
        {(["timeline", "events"] as const).map((name, index) => (
          <button
            key={name}
            type="button"
            className={styles.view}
            aria-pressed={runView === name}
            onClick={() => show({ view: name === "timeline" ? null : name })}
          >
            {runMessages.viewNames[name]} <kbd className={styles.key}>{index === 0 ? 1 : 5}</kbd>
          </button>
        ))}
      </div>
      <div className={styles.body}>
        <div
          className={styles.main}
          style={{ "--steps": runView === "timeline" ? (timeline?.layout.tops.length ?? 0) : 99 }}
        >
          {runView === "timeline" && timeline !== null ? (
            <Waterfall
              timeline={timeline}
              isLive={isLive}
              selected={selected}
              isAsked={asked !== null}
              onSelect={selectNode}
            />
          ) : (
            <EventsView history={open.history} nodes={nodes} />
          )}
        </div>
        {runView === "timeline" && (
          <>
            <Splitter
              label={runMessages.resize}
              className={styles.splitter}
              pane="right"
              valuePx={inspectorPx}
              minPx={280}
              maxPx={760}
              onChange={setInspectorPx}
              onReset={() => setInspectorPx(null)}
            />
            <aside
              className={styles.inspector}
              style={{ "--inspector": `${inspectorPx}px` }}
              aria-label={selectedNode?.name ?? runMessages.inspector.ofRun}
            >
              <Inspector
                key={selected ?? "run"}
                run={steady}
                job={view.job}
                node={selectedNode}
                plan={selected === null ? null : findPlan(outline, selected)}
                isSkipped={selected !== null && skipped.has(selected)}
                gaps={gaps}
              />
            </aside>
          </>
        )}
      </div>
    </div>
  );
}

function RunNotOpened(props: { readonly message: string; readonly isGone: boolean }): ReactNode {
  return (
    <EmptyState
      title={runMessages.openFailed}
      actions={
        <Link href="/runs">
          <ArrowLeft size={14} aria-hidden="true" /> {runMessages.back}
        </Link>
      }
    >
      {props.isGone ? runMessages.notFound : (props.message ?? uiMessages.unknownError)}
    </EmptyState>
  );
}

/** By its execution's id or by its path. */
function findNode(nodes: NodeTable, timeline: Timeline | null, key: string): NodeRow | null {
  const place = timeline?.layout.placeOf(key) ?? -1;
  return nodes.get(key) ?? nodes.get(timeline?.nodes[place]?.key ?? "") ?? null;
}

function findPlan(outline: readonly PlannedNode[], nodeId: string): PlannedNode | null {
  return outline.find((plan) => plan.nodeId === nodeId) ?? null;
}

function isWorking(run: RunDetail | null): boolean {
  return run === null || run.status === "running" || run.status === "queued";
}

function isWaiting(node: NodeRow): boolean {
  return node.status === "awaiting_user" || node.status === "awaiting_validation";
}
