import { DataMovedError } from "../../data-folder.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { showOnDesktop } from "../../serve/show-on-desktop.ts";
import { isTaken } from "../../serve/listen.ts";
import { serve as startServing, type Served } from "../../serve/serve.ts";
import { servedAddressOf } from "../../serve/served-address.ts";
import type { Command, CommandContext } from "../command.ts";
import { CommandError, usageError } from "../command-error.ts";
import { exitCode, type ExitCode } from "../exit-code.ts";
import { text } from "../output.ts";
import { tellMove } from "../start-core-here.ts";
import { tellStep } from "../tell-step.ts";
import { takeSignals, type Signals } from "../take-signals.ts";

/** How long steps in flight may take to end by themselves, when a person ends it, and when the system does. */
const drainMs = { person: 30_000, system: 2_000 };
/** Then the last commits have this long; after that it ends without the clean mark, as after a crash. */
const lastCommitsMs = 5_000;
const noteAfterMs = 500;

export const serve: Command = {
  name: "serve",
  summary: "own the data folder, run what is queued, show the screens in a browser on this machine",
  usage: "[--port N] [--open]",
  arguments: { least: 0, most: 0 },
  options: ["port", "open"],
  help: `Prints an address that opens once and only on this machine; Enter prints another one.
Ctrl-C finishes the steps in flight (30 s at most) and ends; pressed again it ends at once, and the
runs that were working are stalled, to be resumed at the next start.`,
  async run(context) {
    const signals = takeSignals();
    const served = await start(context);
    const { interrupted } = context;
    const address = served.newAddress();
    if (context.options.has("open")) showOnDesktop(address);
    announce(context, served, address);
    const stopListening = printOnEnter(context, served);
    await Promise.race([signals.first, aborted(interrupted)]);
    stopListening();
    return end(context, served, signals);
  },
};

async function start(context: CommandContext): Promise<Served> {
  const { options, output } = context;
  const port = readPort(options.get("port"));
  const dataFolder = context.dataFolder();
  const { path } = dataFolder;
  try {
    return await startServing({
      dataFolder,
      database: context.database(),
      port,
      onProgress: tellStep(output),
      onTrouble: (message) => output.note(message),
    });
  } catch (error) {
    if (error instanceof DataMovedError) {
      tellMove(context, error);
      return start(context);
    }
    const elsewhere = error instanceof Error ? servedAddressOf(error, path) : null;
    if (elsewhere !== null) throw runsElsewhere(error, elsewhere);
    if (port === null || !isTaken(error)) throw error;
    throw new CommandError(
      "PORT_TAKEN",
      `Port ${port} is used by another program. Name another one, or leave --port away.`,
      { exit: exitCode.storage, cause: error },
    );
  }
}

/** For whoever started it twice: where it is. */
function runsElsewhere(cause: unknown, address: string): CommandError {
  const details = cause instanceof StorageError ? cause.details : {};
  return new CommandError(
    "IN_USE",
    `Handshake runs already (pid ${String(details["pid"])}, since ${String(details["since"])}). ` +
      `Press Enter in its terminal for a new address; a browser that opened it before finds it at\n${address}`,
    { exit: exitCode.storage, details: { ...details, url: address }, cause },
  );
}

function announce(context: CommandContext, served: Served, address: string): void {
  const { output } = context;
  const { recovered, pid, state } = served.state;
  const { path } = context.dataFolder();
  output.object({ type: "serve", url: address, port: served.port, pid, dataFolder: path });
  const stopped = recovered.stalled + recovered.poisoned;
  if (stopped > 0) {
    output.line(
      `${stopped === 1 ? "1 run was" : `${stopped} runs were`} interrupted earlier; nothing of that runs now.`,
    );
  }
  for (const { message } of served.state.notices) output.note(text(message, 1_000));
  if (state === "paused") output.line("Safe start after two crashes: the engine is paused.");
  output.line(`Data: ${text(path, 1_000)}`);
  output.line("Handshake runs. Ctrl-C ends it. Open:");
  output.line(address);
}

/** A token opens one browser; whoever sits at the terminal can have another. */
function printOnEnter({ stdin, output }: CommandContext, served: Served): () => void {
  if (!("isTTY" in stdin) || stdin.isTTY !== true) return () => undefined;
  const print = (): void => output.line(served.newAddress());
  stdin.on("data", print);
  return () => {
    stdin.off("data", print);
    stdin.pause();
  };
}

function readPort(given: string | undefined): number | null {
  if (given === undefined) return null;
  const port = Number(given);
  if (/^\d{1,5}$/.test(given) && port >= 1 && port <= 65_535) return port;
  throw usageError(`--port is "${given}", but must be a number from 1 to 65535.`);
}

async function end(
  { output }: CommandContext,
  served: Served,
  { first, again }: Signals,
): Promise<ExitCode> {
  // Interrupted before the signals were taken over: a Ctrl-C, as far as anybody knows.
  const signal = await Promise.race([first, Promise.resolve("SIGINT" as const)]);
  const drain = signal === "SIGINT" ? drainMs.person : drainMs.system;
  const note = setTimeout(() => {
    output.note("Finishing the steps in flight. Ctrl-C again ends at once.");
  }, noteAfterMs);
  const closed = served.close({ drainMs: drain });
  void again.then(() => served.close({ drainMs: 0 }).catch(() => undefined));
  const overdue = after(drain + lastCommitsMs);
  try {
    if ((await Promise.race([closed, overdue.promise])) === "overdue") {
      output.note("It did not end in time. Nothing that was saved is lost.");
      // The thread may be inside SQLite: the process ends, as after a crash, and recovery does the rest.
      process.exit(exitCode.storage);
    }
    return exitCode.completed;
  } finally {
    clearTimeout(note);
    overdue.cancel();
  }
}

function after(delayMs: number) {
  const { promise, resolve } = Promise.withResolvers<"overdue">();
  const timer = setTimeout(() => resolve("overdue"), delayMs);
  return { promise, cancel: () => clearTimeout(timer) };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
