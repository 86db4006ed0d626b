import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeType } from "../../app/engine/node-registry.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import { parseJson } from "../../app/model/json.ts";
import { readChecked } from "./checked-file.ts";
import { checkPath, type FileAccess } from "./checked-path.ts";
import { literalPathCapability } from "./literal-path-capability.ts";
import { getChoice, getInteger, requireText } from "./node-input.ts";

const defaultMaxBytes = 10_000_000;
const mostBytes = 70_000_000; // base64 of more would pass the payload limit of 100 MB

type Encoding = "utf8" | "base64" | "json";

export function fileRead(access: FileAccess): NodeType {
  return {
    type: "file.read",
    description: "Reads a file of this machine.",
    version: 1,
    inputSchema,
    outputSchema,
    defaultReplay: "idempotent",
    sensitive: false,
    families: ["fs.read"],
    capabilitiesOf: (node, folder) =>
      literalPathCapability({ axis: "fs.read", path: node.with["path"], access, folder }),
    defaultPlacement: "thisMachine",
    kind: "handler",
    async execute(input, context) {
      const encoding: Encoding = getChoice(input, "encoding", ["utf8", "base64", "json"]);
      const maxBytes = getInteger(input, "maxBytes", {
        min: 0,
        max: mostBytes,
        fallback: defaultMaxBytes,
      });
      const path = await checkPath({
        path: requireText(input, "path"),
        axis: "fs.read",
        access,
        context,
      });
      try {
        const bytes = await readChecked(path, { maxBytes });
        return {
          path: path.realPath,
          bytes: bytes.length,
          content: decode(bytes, { encoding, file: path.realPath }),
        };
      } finally {
        await path.close();
      }
    },
  };
}

function decode(
  bytes: Buffer,
  options: { readonly encoding: Encoding; readonly file: string },
): JsonValue {
  const { encoding, file } = options;
  switch (encoding) {
    case "base64":
      return bytes.toString("base64");
    case "utf8":
      return decodeUtf8(bytes, file);
    case "json":
      try {
        return parseJson(decodeUtf8(bytes, file));
      } catch (cause) {
        if (cause instanceof HandlerError) throw cause;
        throw unreadable("FILE_NOT_JSON", `"${file}" is not valid JSON.`, cause);
      }
  }
}

function decodeUtf8(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(
      "FILE_NOT_TEXT",
      `"${file}" is not UTF-8 text. Read it with the encoding base64.`,
      cause,
    );
  }
}

function unreadable(code: string, message: string, cause: unknown): HandlerError {
  return new HandlerError(code, message, { retryable: false, effectNotStarted: true, cause });
}

const inputSchema: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["path"],
  properties: {
    path: { type: "string", minLength: 1 },
    encoding: { enum: ["utf8", "base64", "json"], default: "utf8" },
    maxBytes: { type: "integer", minimum: 0, maximum: mostBytes, default: defaultMaxBytes },
  },
};

const outputSchema: JsonObject = {
  type: "object",
  required: ["path", "bytes", "content"],
  properties: {
    path: { type: "string", description: "Without links." },
    bytes: { type: "integer" },
    content: { description: "Text, base64 text or the parsed JSON." },
  },
};
