import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeType } from "../../app/engine/node-registry.ts";
import type { JsonObject } from "../../app/model/json.ts";
import { appendChecked, createChecked, readChecked, replaceChecked } from "./checked-file.ts";
import { checkPath, type CheckedPath, type FileAccess } from "./checked-path.ts";
import { literalPathCapability } from "./literal-path-capability.ts";
import { getChoice, getText, invalidInput, requireText } from "./node-input.ts";

type Mode = "replace" | "append" | "create";

/**
 * The class is per type, and an append that runs twice is there twice, so it is `external`. Nodes with
 * the modes `replace` and `create` may declare `idempotent`: once more with the same content, they find
 * their own file and are content.
 */
export function fileWrite(access: FileAccess): NodeType {
  return {
    type: "file.write",
    description: "Writes a file of this machine.",
    version: 1,
    inputSchema,
    outputSchema,
    defaultReplay: "external",
    sensitive: false,
    families: ["fs.write"],
    capabilitiesOf: (node, folder) =>
      literalPathCapability({ axis: "fs.write", path: node.with["path"], access, folder }),
    defaultPlacement: "thisMachine",
    kind: "handler",
    async execute(input, context) {
      const content = readContent(input);
      const mode: Mode = getChoice(input, "mode", ["replace", "append", "create"]);
      const path = await checkPath({
        path: requireText(input, "path"),
        axis: "fs.write",
        access,
        context,
      });
      try {
        context.signal.throwIfAborted();
        await write({ path, content, mode });
        return { path: path.realPath, bytes: content.length };
      } finally {
        await path.close();
      }
    },
  };
}

async function write(options: {
  readonly path: CheckedPath;
  readonly content: Buffer;
  readonly mode: Mode;
}): Promise<void> {
  const { path, content } = options;
  switch (options.mode) {
    case "replace":
      return replaceChecked(path, content);
    case "append":
      return appendChecked(path, content);
    case "create":
      if (await createChecked(path, content)) return;
      if (await hasContent(path, content)) return;
      throw new HandlerError("FILE_EXISTS", `"${path.realPath}" exists and has another content.`, {
        retryable: false,
        effectNotStarted: true,
      });
  }
}

async function hasContent(path: CheckedPath, content: Buffer): Promise<boolean> {
  try {
    return (await readChecked(path, { maxBytes: content.length })).equals(content);
  } catch (error) {
    if (error instanceof HandlerError && error.code === "FILE_TOO_LARGE") return false;
    throw error;
  }
}

function readContent(input: JsonObject): Buffer {
  const given = ["text", "json", "base64"].filter((field) => input[field] !== undefined);
  if (given.length !== 1) throw invalidInput("text", "the only one of text, json and base64");
  if (input["json"] !== undefined)
    return Buffer.from(`${JSON.stringify(input["json"], null, 2)}\n`);
  const base64 = getText(input, "base64");
  if (base64 === null) return Buffer.from(getText(input, "text") ?? "");
  const bytes = Buffer.from(base64, "base64");
  // Buffer.from reads around whatever is not base64.
  if (bytes.toString("base64").replace(/=+$/, "") !== base64.trim().replace(/=+$/, ""))
    throw invalidInput("base64", "base64 text");
  return bytes;
}

const inputSchema: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["path"],
  properties: {
    path: { type: "string", minLength: 1, description: "Its folder must exist." },
    text: { type: "string" },
    json: { description: "Written with two spaces of indentation." },
    base64: { type: "string" },
    mode: { enum: ["replace", "append", "create"], default: "replace" },
  },
  oneOf: [{ required: ["text"] }, { required: ["json"] }, { required: ["base64"] }],
};

const outputSchema: JsonObject = {
  type: "object",
  required: ["path", "bytes"],
  properties: {
    path: { type: "string", description: "Without links." },
    bytes: { type: "integer", description: "Written by this node." },
  },
};
