import * as z from "zod";
import { isJsonObject, parseJson, type JsonObject } from "../model/json.ts";
import { WorkflowDefinition } from "../model/workflow-definition.ts";

/** The JSON Schema (draft 2020-12) of a workflow file, for editors: what `handshake schema` prints. */
export function workflowJsonSchema(): JsonObject {
  const generated = z.toJSONSchema(WorkflowDefinition, { io: "input", reused: "inline" });
  // Through text: the library adds members that are not JSON, and do not show in it.
  const schema = parseJson(JSON.stringify(generated));
  if (!isJsonObject(schema)) throw new TypeError("The schema of a workflow is an object.");
  return {
    ...schema,
    title: "Handshake workflow, format 1",
    description: "A directed acyclic graph of typed nodes. Strings that begin with = are JSONata.",
  };
}
