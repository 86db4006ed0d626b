import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { IntegrityProblem, StorageDescription } from "../../../app/storage/storage.ts";
import { appVersion } from "../../core/app-version.ts";
import { connectToOwner } from "../../core/control-client.ts";
import { newestBackup } from "../../core/data-desk.ts";
import type { Command, CommandContext } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { text, type Output } from "../output.ts";
import { readStorage } from "../read-storage.ts";

export const doctor: Command = {
  name: "doctor",
  summary:
    "say how the installation and the data are: versions, settings, owner, space, backup, integrity",
  usage: "[--full]",
  arguments: { least: 0, most: 0 },
  options: ["full"],
  help: `Only reads. --full also checks every saved result and every event; that takes a while.
Exit code 4 when something is wrong with the data.`,
  async run(context) {
    const { output } = context;
    const { path: dataFolder } = context.dataFolder();
    const owner = await findOwner(dataFolder);
    const data = await examine(context);
    const report = {
      type: "doctor",
      version: appVersion,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      dataFolder,
      owner,
      freeBytes: freeBytes(dataFolder),
      newestBackup: newestBackup(dataFolder),
      storage: data.description,
      problems: data.problems,
      error: data.error,
    };
    output.object(report);
    if (!output.json) tell(output, report);
    const isWrong =
      data.problems.length > 0 || (data.error !== null && data.error.code !== "NOT_FOUND");
    return isWrong ? exitCode.storage : exitCode.completed;
  },
};

interface Examination {
  readonly description: StorageDescription | null;
  readonly problems: readonly IntegrityProblem[];
  /** Why the data could not be opened. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function examine(context: CommandContext): Promise<Examination> {
  const quick = !context.options.has("full");
  try {
    return await readStorage(context, async (storage) => ({
      description: await storage.describe(),
      problems: await storage.verify({ quick }),
      error: null,
    }));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { code, message } = error;
    return { description: null, problems: [], error: { code, message } };
  }
}

async function findOwner(dataFolder: string) {
  const client = await connectToOwner(dataFolder);
  client?.close();
  return client?.owner ?? null;
}

/** Of the disk that the folder lies on, or would. */
function freeBytes(folder: string): number | null {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    } catch {
      // It does not exist yet: its parent tells.
      if (path === dirname(path)) return null;
    }
  }
}

interface Report extends Examination {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly dataFolder: string;
  readonly owner: { readonly kind: string; readonly pid: number; readonly since: string } | null;
  readonly freeBytes: number | null;
  readonly newestBackup: ReturnType<typeof newestBackup>;
}

function tell(
  output: Output,
  report: Omit<Report, "description"> & { readonly storage: StorageDescription | null },
): void {
  const { storage, owner, error, problems, newestBackup: backup } = report;
  const say = (label: string, value: string): void => output.line(`${label.padEnd(21)}${value}`);
  say("Handshake", `${report.version}, Node ${report.node}, ${report.platform}`);
  say("data folder", text(report.dataFolder, 1_000));
  say(
    "owner",
    owner === null ? "none" : `${text(owner.kind)} (pid ${owner.pid}, since ${owner.since})`,
  );
  if (report.freeBytes !== null)
    say("free space", `${Math.floor(report.freeBytes / 1_000_000)} MB`);
  say("newest backup", backup === null ? "none yet" : `${backup.at} (${text(backup.reason)})`);
  if (storage !== null) {
    say("database", `${storage.backend} ${storage.version}, schema ${storage.schemaVersion}`);
    for (const [name, value] of Object.entries(storage.settings)) say(`  ${name}`, ` ${value}`);
    say(
      "integrity",
      problems.length === 0 ? "ok" : output.paint("red", `${problems.length} problems`),
    );
  }
  for (const { where, message } of problems.slice(0, 20))
    output.line(`  ${text(where)}: ${text(message)}`);
  if (error !== null) say("data", text(error.message, 1_000));
}
