import { isExpression } from "../expression/compiled-expression.ts";
import type { NodeTypeDescription } from "./node-type-description.ts";

const common = {
  version: 2,
  outputSchema: {},
  defaultReplay: "external",
  sensitive: false,
  families: [],
  defaultPlacement: "any",
  kind: "handler",
} as const;

/** Descriptions like those of the built-in node types, without what makes them run. */
export const nodeTypes: readonly NodeTypeDescription[] = [
  {
    ...common,
    type: "transform",
    description: "Computes a value.",
    inputSchema: { type: "object", required: ["value"], properties: { value: {} } },
  },
  {
    ...common,
    type: "http.request",
    description: "Sends a request.",
    inputSchema: {
      type: "object",
      required: ["url"],
      additionalProperties: false,
      properties: {
        url: { type: "string", format: "uri" },
        method: { enum: ["GET", "POST"] },
        headers: { type: "object", additionalProperties: { type: "string" } },
        body: { anyOf: [{ type: "string" }, { type: "array", items: { type: "number" } }] },
      },
    },
    families: ["net"],
    capabilitiesOf: ({ with: input }) =>
      typeof input["url"] === "string" && !isExpression(input["url"])
        ? [`net:${new URL(input["url"]).origin}`]
        : [],
  },
  {
    ...common,
    type: "shell.exec",
    description: "Runs a program.",
    inputSchema: {
      type: "object",
      required: ["command"],
      properties: {
        command: { type: "string" },
        args: { type: "array", items: { type: "string" } },
      },
    },
    families: ["shell"],
    capabilitiesOf: ({ with: input }) =>
      typeof input["command"] === "string" && !isExpression(input["command"])
        ? [`shell:${input["command"]}`]
        : [],
  },
  {
    ...common,
    type: "file.read",
    description: "Reads a file.",
    inputSchema: { type: "object", required: ["path"], properties: { path: { type: "string" } } },
    families: ["fs.read"],
    capabilitiesOf: ({ with: input }) =>
      typeof input["path"] === "string" && !isExpression(input["path"])
        ? [`fs.read:${input["path"]}`]
        : [],
  },
  {
    ...common,
    type: "approval",
    description: "Asks a person.",
    inputSchema: { type: "object" },
    kind: "approval",
  },
  {
    ...common,
    type: "delay",
    description: "Waits.",
    inputSchema: { type: "object" },
    kind: "delay",
  },
];

export const registry = {
  get: (type: string): NodeTypeDescription | null =>
    nodeTypes.find((each) => each.type === type) ?? null,
  list: (): readonly NodeTypeDescription[] => nodeTypes,
};
