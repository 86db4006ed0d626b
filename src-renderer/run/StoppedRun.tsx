import { useEffect, useState, type ReactNode } from "react";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";
import { api } from "../api.ts";
import { InterruptedFacts } from "../recovery/InterruptedFacts.tsx";
import { ownHeadline } from "../recovery/recovery-headline.ts";
import { isEngineHeard } from "../store/engine-heard.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import styles from "./StoppedRun.module.css";

/**
 * On the page of a run that stopped: what is saved of it and what will run again, before anybody resumes it.
 * The header has the button; the bar above leads to whatever else stopped.
 */
export function StoppedRun({ run }: { readonly run: RunDetail }): ReactNode {
  const interrupted = useInterrupted(run);
  const isHeard = useStoreValue(isEngineHeard);
  if (interrupted === null || !isHeard) return null;
  return (
    <section className={styles.panel} aria-labelledby="stopped-heading">
      <h2 id="stopped-heading">{ownHeadline(interrupted)}</h2>
      <InterruptedFacts interrupted={interrupted} />
    </section>
  );
}

/** Read when the run stops, and again with each new revision of it; null while it is not stopped. */
function useInterrupted({ runId, revision, status }: RunDetail): InterruptedRun | null {
  const [found, setFound] = useState<InterruptedRun | null>(null);
  const isStopped = status === "stalled" || status === "poisoned";
  useEffect(() => {
    setFound(null);
    if (!isStopped) return;
    const asked = new AbortController();
    void api.request("recovery.get", { runId }, { signal: asked.signal }).then((answer) => {
      if (!asked.signal.aborted && answer.ok) setFound(answer.value.runs[0] ?? null);
    });
    return () => asked.abort();
  }, [runId, revision, isStopped]);
  return isStopped ? found : null;
}
