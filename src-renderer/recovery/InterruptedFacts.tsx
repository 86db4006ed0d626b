import { CheckCheck, CircleHelp, RotateCcw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { InterruptedNode, InterruptedRun } from "../../app/contract/recovery.ts";
import { formatDuration } from "../format/duration.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { recoveryMessages as words } from "../messages/recovery-messages.ts";
import { readNow } from "../store/second-clock.ts";
import { Prose } from "../ui/Prose.tsx";
import { stoppedAtMs } from "./recovery-headline.ts";
import styles from "./InterruptedFacts.module.css";

/** What is saved of a run that stopped, and what will run again. */
export function InterruptedFacts(props: { readonly interrupted: InterruptedRun }): ReactNode {
  return (
    <ul className={styles.facts}>
      <SavedLine interrupted={props.interrupted} />
      <AgainLines interrupted={props.interrupted} />
    </ul>
  );
}

export function reasonLine(interrupted: InterruptedRun): string {
  const time = formatMoment(stoppedAtMs(interrupted), readNow());
  return words.reasonLine[interrupted.reason](time);
}

function SavedLine({ interrupted }: { readonly interrupted: InterruptedRun }): ReactNode {
  const { lastSavedStep } = interrupted;
  const finishedMs = parseTime(lastSavedStep?.finishedAt ?? null);
  return (
    <li className={styles.fact}>
      <CheckCheck size={14} className={styles.good} aria-hidden="true" />
      <span>
        {words.saved(interrupted.savedSteps, interrupted.totalSteps)}
        {lastSavedStep !== null && finishedMs !== null && (
          <span className={styles.muted}>
            {" · "}
            <Prose>
              {words.lastSaved(lastSavedStep.name, formatDuration(readNow() - finishedMs))}
            </Prose>
          </span>
        )}
      </span>
    </li>
  );
}

function AgainLines({ interrupted }: { readonly interrupted: InterruptedRun }): ReactNode {
  const { interrupted: nodes, interruptedTotal, redoMs } = interrupted;
  const certain = nodes.filter((node) => !node.needsDecision && node.savedSubSteps === 0);
  const partial = nodes.filter((node) => !node.needsDecision && node.savedSubSteps > 0);
  const open = nodes.filter((node) => node.needsDecision);
  if (nodes.length === 0) {
    return <Fact icon={<RotateCcw size={14} aria-hidden="true" />} text={words.nothingAgain} />;
  }
  const more =
    interruptedTotal > nodes.length ? words.andMore(interruptedTotal - nodes.length) : "";
  return (
    <>
      {certain.length > 0 && (
        <Fact
          icon={<RotateCcw size={14} aria-hidden="true" />}
          text={words.runsAgain(namesOf(certain, more))}
          {...(redoMs === null ? {} : { muted: words.redo(formatDuration(redoMs)) })}
        />
      )}
      {partial.map((node) => (
        <Fact
          key={node.nodeExecutionId}
          icon={<RotateCcw size={14} aria-hidden="true" />}
          text={words.goesOnAfter(node.name, node.savedSubSteps)}
        />
      ))}
      {open.map((node) => (
        <Fact
          key={node.nodeExecutionId}
          icon={<TriangleAlert size={14} className={styles.warn} aria-hidden="true" />}
          text={words.mayHaveHappened(node.name)}
        />
      ))}
      {(interrupted.risk === "suspect" || interrupted.risk === "poisoned") && (
        <Fact
          icon={<CircleHelp size={14} className={styles.warn} aria-hidden="true" />}
          text={words[interrupted.risk](interrupted.crashCount)}
        />
      )}
    </>
  );
}

function Fact(props: {
  readonly icon: ReactNode;
  readonly text: string;
  readonly muted?: string;
}): ReactNode {
  return (
    <li className={styles.fact}>
      {props.icon}
      <span>
        <Prose>{props.text}</Prose>
        {props.muted !== undefined && <span className={styles.muted}> · {props.muted}</span>}
      </span>
    </li>
  );
}

function namesOf(nodes: readonly InterruptedNode[], more: string): string {
  const names = nodes.slice(0, 4).map((node) => `\`${node.name.replaceAll("`", "'")}\``);
  return [...names, ...(more === "" ? [] : [more])].join(", ");
}
