import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeType } from "../../app/engine/node-registry.ts";
import { getBoolean, getInteger, getText, invalidInput } from "./node-input.ts";

const codePattern = /^[A-Z][A-Z0-9_]*$/;

/** Ends a branch on purpose, or shows how retries work: with `times: 2` the third attempt succeeds. */
export const fail: NodeType = {
  type: "fail",
  description: "Fails with a message of the workflow's own.",
  version: 1,
  inputSchema: {
    type: "object",
    additionalProperties: false,
    properties: {
      message: { type: "string" },
      code: { type: "string", pattern: codePattern.source },
      retryable: { type: "boolean" },
      times: { type: "integer", minimum: 0, description: "Only the first n attempts fail." },
      details: { description: "Any JSON that belongs to the failure." },
    },
  },
  outputSchema: {
    type: "object",
    required: ["attempt"],
    properties: { attempt: { type: "integer" } },
  },
  defaultReplay: "pure",
  sensitive: false,
  families: [],
  capabilitiesOf: () => [],
  defaultPlacement: "any",
  kind: "handler",
  execute(input, context) {
    const times = getInteger(input, "times", {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      fallback: Number.MAX_SAFE_INTEGER,
    });
    if (context.attempt > times) return { attempt: context.attempt };
    const code = getText(input, "code") ?? "FAILED_ON_PURPOSE";
    if (!codePattern.test(code)) throw invalidInput("code", "capital letters, digits and _");
    throw new HandlerError(code, getText(input, "message") ?? "The workflow failed on purpose.", {
      retryable: getBoolean(input, "retryable", true),
      effectNotStarted: true,
      ...(input["details"] === undefined ? {} : { details: input["details"] }),
    });
  },
};
