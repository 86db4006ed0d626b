import { workflowJsonSchema } from "../../../app/validation/workflow-json-schema.ts";
import type { Command } from "../command.ts";
import { exitCode } from "../exit-code.ts";

export const schema: Command = {
  name: "schema",
  summary: "print the JSON Schema of workflow files, for editors",
  usage: "",
  arguments: { least: 0, most: 0 },
  options: [],
  help: "With --json on one line.",
  async run({ output }) {
    const document = workflowJsonSchema();
    output.object(document);
    output.line(JSON.stringify(document, null, 2));
    return exitCode.completed;
  },
};
