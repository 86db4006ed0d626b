import type { Core } from "../../core/core.ts";
import type { Command, CommandContext } from "../command.ts";
import { closingCore } from "../closing-core.ts";
import { usageError } from "../command-error.ts";
import { exitCode } from "../exit-code.ts";
import { text } from "../output.ts";
import { reportStart } from "../report-start.ts";
import { shortRunId } from "../run-id.ts";
import { startCoreHere } from "../start-core-here.ts";
import { takeSignals } from "../take-signals.ts";

/** How long steps in flight may take to end by themselves, when a person ends it, and when the system does. */
const drainMs = { SIGINT: 30_000, other: 2_000 };

export const worker: Command = {
  name: "worker",
  summary: "work on the runs that are queued in a shared database, without screens",
  usage: "--database URL [--limit N]",
  arguments: { least: 0, most: 0 },
  options: ["limit"],
  help: `Takes queued runs as far as there is room, besides other workers and windows on the same database:
each run is worked on by one of them. Runs that need another machine's files, programs or secrets
are left to it. It works on N runs at once (100); another worker adds as many. Limits of a node type,
such as 64 requests, hold over all of them. Ctrl-C finishes the steps in flight (30 s at most);
pressed again it ends at once.`,
  async run(context) {
    const { output } = context;
    if (context.database().kind !== "postgres") {
      throw usageError(
        "A worker needs a shared database: --database postgresql://… The data folder's own file has one owner, which does the work itself.",
      );
    }
    const maxConcurrentRuns = runsAtOnce(context);
    const signals = takeSignals();
    const core = await startCoreHere(context, {
      kind: "worker",
      name: "handshake worker",
      maxConcurrentRuns,
    });
    return closingCore(core, async () => {
      reportStart(output, core, { startsEngine: true });
      const { instanceId } = core.engine.fence;
      output.object({ type: "worker", instanceId, pid: process.pid });
      output.line(`Worker ${instanceId.slice(0, 8)} takes queued runs. Ctrl-C ends it.`);
      const fenced = tellWork(context, core.engine);
      core.startEngine();
      const broken = core.engine.broken.then((error): never => {
        throw error;
      });
      const ended = await Promise.race([signals.first, fenced, broken]);
      if (ended === "fenced") return exitCode.storage;
      void signals.again.then(() => process.exit(exitCode.interrupted));
      await core.close({ drainMs: ended === "SIGINT" ? drainMs.SIGINT : drainMs.other });
      return exitCode.completed;
    });
  },
};

const defaultRuns = 100;
const mostRuns = 10_000;

function runsAtOnce({ options }: CommandContext): number {
  const given = options.get("limit") ?? String(defaultRuns);
  const runs = /^[0-9]{1,5}$/.test(given) ? Number(given) : 0;
  if (runs >= 1 && runs <= mostRuns) return runs;
  throw usageError(`--limit takes a number from 1 to ${mostRuns}, not ${given}.`);
}

type Engine = Core["engine"];

/** A line for each run that is taken or left; resolves when another engine took over. */
function tellWork({ output }: CommandContext, engine: Engine): Promise<"fenced"> {
  const fenced = Promise.withResolvers<"fenced">();
  const taken = new Set<string>();
  engine.subscribe((signal) => {
    if (signal.kind === "notice") {
      output.errorObject({ type: "notice", code: signal.code, message: signal.message });
      output.note(text(signal.message, 1_000));
      if (signal.code === "FENCED") fenced.resolve("fenced");
    }
    if (signal.kind !== "committed") return;
    const { runId, status } = signal;
    // What other engines do is heard of, too.
    if (status === "running" ? taken.has(runId) || !engine.isActive(runId) : !taken.delete(runId))
      return;
    if (status === "running") taken.add(runId);
    output.object({ type: "run", runId, status });
    output.line(`${status.padEnd(10)} ${shortRunId(runId)}`);
  });
  return fenced.promise;
}
