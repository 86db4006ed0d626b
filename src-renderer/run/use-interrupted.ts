import { useEffect, useState } from "react";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";
import { api } from "../api.ts";

interface Known {
  /** What is saved of the run and what will run again; null while it is not stopped, or could not be read. */
  readonly interrupted: InterruptedRun | null;
  /** The run has stopped, and the answer has not come yet. */
  readonly isAwaited: boolean;
}

/** Read when the run stops, and again with each new revision of it; until that comes, what was read before counts. */
export function useInterrupted(run: RunDetail | null): Known {
  const [read, setRead] = useState<{
    readonly runId: string;
    readonly interrupted: InterruptedRun | null;
  } | null>(null);
  const isStopped = run?.status === "stalled" || run?.status === "poisoned";
  const runId = isStopped ? run.runId : null;
  const revision = run?.revision;
  useEffect(() => {
    if (runId === null) return setRead(null);
    const asked = new AbortController();
    void api.request("recovery.get", { runId }, { signal: asked.signal }).then((answer) => {
      if (asked.signal.aborted) return;
      setRead({ runId, interrupted: answer.ok ? (answer.value.runs[0] ?? null) : null });
    });
    return () => asked.abort();
  }, [runId, revision]);
  if (runId === null) return { interrupted: null, isAwaited: false };
  if (read?.runId !== runId) return { interrupted: null, isAwaited: true };
  return { interrupted: read.interrupted, isAwaited: false };
}
