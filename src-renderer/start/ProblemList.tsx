import type { ReactNode } from "react";
import type { WorkflowProblem } from "../../app/contract/workflows.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import styles from "./ProblemList.module.css";

const shown = 20;

/** What is wrong with a workflow, each with its place and the nearest known name. */
export function ProblemList(props: { readonly problems: readonly WorkflowProblem[] }): ReactNode {
  const { problems } = props;
  if (problems.length === 0) return null;
  return (
    <Notice tone="error">
      <strong>{words.problems(problems.length)}</strong>
      <ul className={styles.list}>
        {problems.slice(0, shown).map((problem) => (
          <li key={`${problem.pointer} ${problem.code} ${problem.message}`}>
            <Prose>{problem.message}</Prose>{" "}
            <span className={styles.place}>
              <Prose>{words.problemAt(problem.pointer)}</Prose>
            </span>
            {problem.nearest !== undefined && (
              <>
                {" "}
                <Prose>{words.nearest(problem.nearest)}</Prose>
              </>
            )}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
