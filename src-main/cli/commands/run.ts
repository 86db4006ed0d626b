import { randomUUID } from "node:crypto";
import { AccessMode } from "../../../app/model/job.ts";
import { act } from "../act.ts";
import type { Command, CommandContext } from "../command.ts";
import { usageError } from "../command-error.ts";
import { followsRun } from "../detach.ts";
import { readJsonArgument } from "../json-value.ts";
import { checkWorkflowFile, readWorkflowFile } from "../workflow-file.ts";

export const run: Command = {
  name: "run",
  summary: "validate a workflow file, run it, follow it until it ends or waits",
  usage: "FILE [--input JSON] [--allow CAP]… [--detach]",
  arguments: { least: 1, most: 1 },
  options: ["input", "allow", "access", "request-key", "detach"],
  help: `Every step is on disk before the next one starts. Ctrl-C leaves the run resumable
(exit code 130); so does a crash. A workflow may only do what it declares and you allow:
  handshake run digest.json --input '{"url": "…"}' --allow net:https://news.example`,
  async run(context) {
    const { options } = context;
    const [path = ""] = context.arguments;
    const workflow = readWorkflowFile(path);
    const input = await readInput(context);
    const grants = [...options.all("allow")];
    const accessMode = readAccessMode(options.get("access"));
    // A wrong file is refused before anything is opened or created.
    await checkWorkflowFile(context, workflow, { input: input ?? {}, grants, accessMode });
    const requestKey = options.get("request-key") ?? `cli-${randomUUID()}`;
    const request = {
      do: "run" as const,
      ...workflow,
      grants,
      baseDir: process.cwd(),
      requestKey,
      ...(input === undefined ? {} : { input }),
      ...(accessMode === undefined ? {} : { accessMode }),
    };
    return act(context, { name: "run", request, follow: followsRun(context) });
  },
};

async function readInput({ options, stdin }: CommandContext) {
  const given = options.get("input");
  return given === undefined ? undefined : readJsonArgument(given, { what: "--input", stdin });
}

function readAccessMode(given: string | undefined): AccessMode | undefined {
  if (given === undefined) return undefined;
  const mode = AccessMode.safeParse(given);
  if (mode.success) return mode.data;
  throw usageError(`--access is "${given}", but must be ${AccessMode.options.join(", ")}.`);
}
