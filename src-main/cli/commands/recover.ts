import type { RecoveredRun } from "../../../app/storage/storage.ts";
import type { Command } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { recoveryLine } from "../json-shapes.ts";
import type { Output } from "../output.ts";
import { shortRunId } from "../run-id.ts";
import { startCoreHere } from "../start-core-here.ts";

export const recover: Command = {
  name: "recover",
  summary: "mark what a crash left running as interrupted, say what it was, do nothing else",
  usage: "",
  arguments: { least: 0, most: 0 },
  options: [],
  help: "Every command that owns the data folder does this first. Run twice, it changes nothing.",
  async run(context) {
    const { output } = context;
    const core = await startCoreHere(context, {
      kind: "cli",
      name: "handshake recover",
      withoutPolicies: true,
    });
    try {
      const { recovery } = core;
      output.object(recoveryLine(recovery));
      tell(output, "interrupted", recovery.stalled);
      tell(output, "poisoned", recovery.poisoned);
      tell(output, "ended", recovery.ended);
      const found = recovery.stalled.length + recovery.poisoned.length + recovery.ended.length;
      if (found === 0) output.line("Nothing was interrupted.");
    } finally {
      await core.close({ drainMs: 0 });
    }
    return exitCode.completed;
  },
};

function tell(output: Output, what: string, runs: readonly RecoveredRun[]): void {
  for (const { runId, reason, lastHeartbeatAt, crashCount } of runs) {
    const beat = lastHeartbeatAt === null ? "" : `, last sign of life ${lastHeartbeatAt}`;
    output.line(`${what}  ${shortRunId(runId)}  ${reason}${beat}, crashes in a row: ${crashCount}`);
  }
}
