import type { ReactNode } from "react";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import { InterruptedFacts } from "../recovery/InterruptedFacts.tsx";
import { ownHeadline } from "../recovery/recovery-headline.ts";
import styles from "./StoppedRun.module.css";

/**
 * On the page of a run that stopped: what is saved of it and what will run again, before anybody resumes it.
 * The header has the button; the bar above leads to whatever else stopped.
 */
export function StoppedRun({ interrupted }: { readonly interrupted: InterruptedRun }): ReactNode {
  return (
    <section className={styles.panel} aria-labelledby="stopped-heading">
      <h2 id="stopped-heading">{ownHeadline(interrupted)}</h2>
      <InterruptedFacts interrupted={interrupted} />
    </section>
  );
}
