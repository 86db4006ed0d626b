import type { ReactNode } from "react";
import { Link } from "wouter";
import { describeCapability, parseCapability } from "../../app/model/capability.ts";
import type { JobSummary } from "../../app/contract/run-detail.ts";
import { formatCount } from "../format/quantity.ts";
import { formatMoment, formatWholeTime, parseTime } from "../format/time.ts";
import { runMessages } from "../messages/run-messages.ts";
import { StatusLabel } from "../status/StatusLabel.tsx";
import { readNow } from "../store/second-clock.ts";
import { FactList } from "../ui/FactList.tsx";
import type { SteadyRun } from "./steady-run.ts";
import { Prose } from "../ui/Prose.tsx";

const words = runMessages.inspector;

export function RunSummary(props: {
  readonly run: SteadyRun;
  readonly job: JobSummary | null;
}): ReactNode {
  const { run, job } = props;
  const others = job?.runs.filter((one) => one.runId !== run.runId) ?? [];
  return (
    <FactList
      facts={[
        [words.status, <StatusLabel key="status" status={run.status} />],
        run.statusReason === "" ? null : [words.reason, run.statusReason],
        [words.workflow, run.workflowId],
        [words.trigger, words.triggers[run.trigger.kind]],
        [words.created, formatWholeTime(parseTime(run.createdAt))],
        [words.grants, <Grants key="grants" grants={run.grants} />],
        [words.onInterrupted, words.policies[run.onInterrupted]],
        run.crashCount === 0 ? null : [words.crashes, formatCount(run.crashCount)],
        [words.runId, <code key="id">{run.runId}</code>],
        [words.definition, <code key="hash">{run.definitionHash.slice(0, 16)}</code>],
        others.length === 0
          ? null
          : [
              words.task,
              <ul key="task">
                {others.map((one) => (
                  <li key={one.runId}>
                    <Link href={`/run/${one.runId}`}>
                      {formatMoment(parseTime(one.createdAt), readNow())}
                    </Link>{" "}
                    <StatusLabel status={one.status} />
                  </li>
                ))}
              </ul>,
            ],
      ]}
    />
  );
}

function Grants({ grants }: { readonly grants: readonly string[] }): ReactNode {
  if (grants.length === 0) return words.nothing;
  return (
    <ul>
      {grants.map((grant) => {
        const parsed = parseCapability(grant);
        return (
          <li key={grant}>
            <Prose>{parsed.ok ? describeCapability(parsed.capability) : grant}</Prose>
          </li>
        );
      })}
    </ul>
  );
}
