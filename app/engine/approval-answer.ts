import type { JsonObject } from "../model/json.ts";

/** JSON Schema of an approval's answer, where the node gives none. */
export const defaultAnswerSchema: JsonObject = {
  type: "object",
  required: ["approved"],
  properties: { approved: { type: "boolean" } },
};
