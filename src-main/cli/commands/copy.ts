import { copyHistoryBetween, parseHistoryPlace } from "../../core/copy-history.ts";
import type { CopyProgress } from "../../storage/history-copy.ts";
import type { Command, CommandContext } from "../command.ts";
import { CommandError, usageError } from "../command-error.ts";
import { exitCode } from "../exit-code.ts";
import { createLiveLines } from "../live-lines.ts";
import type { Output } from "../output.ts";

export const copy: Command = {
  name: "copy",
  summary: "copy the whole history between a data folder and a PostgreSQL database",
  usage: "--from PLACE --to PLACE",
  arguments: { least: 0, most: 0 },
  options: ["from", "to"],
  help: `A PLACE is a data folder (DIR, or sqlite:DIR) or postgresql://user:password@host:5432/database?schema=handshake.
Both ways, also folder to folder. Nobody may work on either meanwhile, no run may be left as running
(\`handshake recover\` marks them), and the target must have no runs. Everything is carried over as it is:
ids, history, results, logs, pins and tags. Before anything is final the copy is read again, compared by
row counts and checksums, and verified whole; interrupted at any point the target stays empty. The source
stays as it was. What lies beside the history in a data folder (workflow library, remembered permissions,
settings) is not copied.
  handshake copy --from ~/.local/share/handshake --to postgresql://me@db.example/handshake
Without a password in the address PGPASSWORD or ~/.pgpass is used.`,
  async run(context) {
    const { output } = context;
    const from = requirePlace(context, "from");
    const to = requirePlace(context, "to");
    if (JSON.stringify(from) === JSON.stringify(to))
      // Not named: there may be a password in it.
      throw usageError("--from and --to are the same place.");
    const progress = tellProgress(context);
    try {
      const report = await copyHistoryBetween({
        from,
        to,
        onProgress: (step) => progress.tell(step),
      });
      progress.end();
      output.object({ type: "copied", tables: report });
      for (const [table, { rows, sha256 }] of Object.entries(report))
        output.line(`${String(rows).padStart(10)}  ${table.padEnd(20)} ${sha256.slice(0, 16)}`);
      output.line("Copied, compared and verified.");
    } finally {
      progress.end();
    }
    return exitCode.completed;
  },
};

function requirePlace({ options }: CommandContext, name: "from" | "to") {
  const given = options.get(name);
  if (given === undefined || given === "" || given === "sqlite:")
    throw usageError(`--${name} is missing: handshake copy ${copy.usage}`);
  return parseHistoryPlace(given);
}

const tellEveryMs = 500;

/** A live line on a terminal, now and then an object with `--json`. Ctrl-C ends the copy here. */
function tellProgress({ output, interrupted }: CommandContext) {
  const live = output.isTerminal ? createLiveLines(output) : null;
  let toldAt = performance.now();
  return {
    tell(progress: CopyProgress): void {
      if (interrupted.aborted)
        throw new CommandError("INTERRUPTED", "Stopped. Nothing was copied.", {
          exit: exitCode.interrupted,
        });
      if (performance.now() - toldAt < tellEveryMs && progress.step !== "checking") return;
      toldAt = performance.now();
      output.object({ type: "progress", ...progress });
      live?.show([lineOf(progress, output)]);
    },
    end(): void {
      live?.close();
    },
  };
}

function lineOf({ step, done, of }: CopyProgress, output: Output): string {
  const what = step === "checking" ? "comparing and verifying" : step;
  return `${output.paint("bold", what)}  ${done} of ${of}`;
}
