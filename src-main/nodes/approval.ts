import { defaultAnswerSchema } from "../../app/engine/approval-answer.ts";
import type { NodeType } from "../../app/engine/node-registry.ts";
import { doneByTheEngine } from "./done-by-the-engine.ts";

/** A question to a person. The answer is an ordinary output and is kept (engine.md §6). */
export const approval: NodeType = {
  type: "approval",
  description: "Asks a person and waits for the answer.",
  version: 1,
  inputSchema: {
    type: "object",
    additionalProperties: false,
    required: ["question"],
    properties: {
      question: { type: "string", minLength: 1 },
      schema: {
        type: "object",
        description: "JSON Schema of the answer; the form is made from it.",
        default: defaultAnswerSchema,
      },
      expiresInMs: { type: "number", minimum: 1, maximum: 31_536_000_000 },
      onExpire: { description: '"fail" (the default), or the answer that is taken then.' },
    },
  },
  outputSchema: {},
  defaultReplay: "pure",
  sensitive: false,
  families: [],
  capabilitiesOf: () => [],
  defaultPlacement: "any",
  kind: "approval",
  execute: () => doneByTheEngine("approval"),
};
