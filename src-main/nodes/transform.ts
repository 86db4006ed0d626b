import type { NodeType } from "../../app/engine/node-registry.ts";

/** Its expressions were evaluated by the engine: the value is there already. */
export const transform: NodeType = {
  type: "transform",
  description: "Computes a value from the input and from earlier results.",
  version: 1,
  inputSchema: {
    type: "object",
    additionalProperties: false,
    required: ["value"],
    properties: { value: { description: "Any JSON; expressions in it are evaluated first." } },
  },
  outputSchema: {},
  defaultReplay: "pure",
  sensitive: false,
  families: [],
  capabilitiesOf: () => [],
  defaultPlacement: "any",
  kind: "handler",
  execute: (input) => input["value"] ?? null,
};
