import type { Core } from "../core/core.ts";
import { recoveryLine } from "./json-shapes.ts";
import { text, type Output } from "./output.ts";
import { tellNotice } from "./tell-notice.ts";
import { shortRunId } from "./run-id.ts";

const mostNamed = 5;

/** Says what a start found, before it goes on: interrupted runs, leftover programs, a safe start. */
export function reportStart(
  output: Output,
  core: Core,
  { startsEngine }: { readonly startsEngine: boolean },
): void {
  const { recovery, policies, notices } = core;
  for (const notice of notices) tellNotice(output, notice);
  const found = [...recovery.stalled, ...recovery.poisoned];
  if (found.length > 0) {
    output.errorObject(recoveryLine(recovery));
    const many = found.length === 1 ? "1 run was" : `${found.length} runs were`;
    output.note(
      output.paint(
        "yellow",
        `! ${many} interrupted when Handshake last stopped; nothing that was done is lost.`,
      ),
    );
    const open = found.filter(
      ({ runId }) => !policies.some((done) => done.runId === runId && done.outcome !== "left"),
    );
    for (const { runId } of open.slice(0, mostNamed)) {
      output.note(`    handshake resume ${shortRunId(runId)}`);
    }
    if (open.length > mostNamed)
      output.note(
        `    and ${open.length - mostNamed} more: handshake runs --status stalled,poisoned`,
      );
  }
  for (const { runId, outcome, policy } of policies) {
    if (outcome !== "left")
      output.note(`  ${shortRunId(runId)} was ${outcome} by its workflow's policy ${policy}.`);
  }
  for (const { nodePath, pid } of core.endedChildProcesses) {
    output.note(`! Stopped a leftover process of step ${text(nodePath)} (pid ${pid}).`);
  }
  if (core.safeStart) {
    output.note(
      startsEngine
        ? "! Handshake ended uncleanly twice within 10 minutes. The engine starts now because you asked for work."
        : "! Handshake ended uncleanly twice within 10 minutes. The engine stays paused.",
    );
  }
}
