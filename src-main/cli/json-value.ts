import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { parseJson, type JsonValue } from "../../app/model/json.ts";
import { usageError } from "./command-error.ts";

/** Reads a JSON argument: the text itself, `@FILE`, or `@-` for standard input. `what` begins the message. */
export async function readJsonArgument(
  argument: string,
  { what, stdin }: { readonly what: string; readonly stdin: NodeJS.ReadableStream },
): Promise<JsonValue> {
  if (argument === "@-")
    return parseJsonText((await buffer(stdin)).toString("utf8"), `${what} (standard input)`);
  if (!argument.startsWith("@")) return parseJsonText(argument, what);
  const file = argument.slice(1);
  return parseJsonText(readText(file, what), `${what} (${file})`);
}

export function parseJsonText(text: string, what: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(
      `${what} is not JSON: ${why}. Quote it for the shell: '{"key": "value"}'.`,
      error,
    );
  }
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`${what} cannot be read from ${file}: ${why}.`, error);
  }
}
