import type { NodeType } from "../../app/engine/node-registry.ts";
import { doneByTheEngine } from "./done-by-the-engine.ts";

/** A durable timer: it fires once, also when it became due while the app was closed. */
export const delay: NodeType = {
  type: "delay",
  description: "Waits for a time or until a moment, also over restarts.",
  version: 1,
  inputSchema: {
    type: "object",
    additionalProperties: false,
    properties: {
      ms: { type: "number", minimum: 0, maximum: 31_536_000_000, description: "Milliseconds." },
      until: { type: "string", format: "date-time", description: "RFC 3339, with its offset." },
    },
    oneOf: [{ required: ["ms"] }, { required: ["until"] }],
  },
  outputSchema: {
    type: "object",
    required: ["firedAt"],
    properties: { firedAt: { type: "string", format: "date-time" } },
  },
  defaultReplay: "pure",
  sensitive: false,
  families: [],
  capabilitiesOf: () => [],
  defaultPlacement: "any",
  kind: "delay",
  execute: () => doneByTheEngine("delay"),
};
