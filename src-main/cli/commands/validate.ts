import type { Command } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { readJsonArgument } from "../json-value.ts";
import { text } from "../output.ts";
import { checkWorkflowFile, readWorkflowFile } from "../workflow-file.ts";

export const validate: Command = {
  name: "validate",
  summary: "check a workflow file, and say everything that is wrong with it",
  usage: "FILE [--input JSON] [--allow CAP]…",
  arguments: { least: 1, most: 1 },
  options: ["input", "allow"],
  help: `Without --input and --allow only the file itself is checked: its form, its graph, what
it declares. With them also whether it could run with that input and those grants.`,
  async run(context) {
    const { options, output, stdin } = context;
    const [path = ""] = context.arguments;
    const workflow = readWorkflowFile(path);
    const given = options.get("input");
    const input =
      given === undefined ? undefined : await readJsonArgument(given, { what: "--input", stdin });
    const grants = options.has("allow") ? options.all("allow") : null;
    const { definition } = await checkWorkflowFile(context, workflow, { input, grants });
    const { id, name, version, nodes, edges, capabilities, secrets } = definition;
    output.object({
      type: "valid",
      id,
      version,
      nodes: nodes.length,
      edges: edges.length,
      capabilities,
      secrets,
    });
    output.line(
      `${text(path)} is valid: ${text(name)}, version ${version}, ${nodes.length} nodes, ${edges.length} edges.`,
    );
    if (capabilities.length > 0) {
      output.line(`It needs ${capabilities.map((each) => `--allow ${text(each)}`).join(" ")}`);
    }
    return exitCode.completed;
  },
};
