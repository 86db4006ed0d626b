import type { IncomingHttpHeaders } from "node:http";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { JsonValue } from "../../app/model/json.ts";
import { parseJson } from "../../app/model/json.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The node's output: the body parsed when it is JSON, as text when it is UTF-8, else in base64. */
export function outputOfAnswer(answer: HttpAnswer): JsonValue {
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { status: answer.status, headers: Object.fromEntries(headers), ...readableBody(answer) };
}

/**
 * The failure for a status that the node does not accept: 408, 425, 429 and 5xx may pass, others stay.
 * `details.retryAfterMs` is what the server asked for.
 */
export function failureOfAnswer(
  answer: HttpAnswer,
  options: { readonly url: URL; readonly nowMs: number },
): HandlerError {
  const { status } = answer;
  const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], options.nowMs);
  return new HandlerError("HTTP_STATUS", `${options.url.origin} answered with status ${status}.`, {
    retryable: [408, 425, 429].includes(status) || status >= 500,
    details: {
      status,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
      bodyStart: beginningOf(answer.body.toString("utf8")),
    },
  });
}

/** At most 1,000 characters, up to a whole word: half a secret could not be recognised and masked. */
function beginningOf(text: string): string {
  return text.length <= 1_000 ? text : text.slice(0, 1_000).replace(/[^\s"'<>,:;&=]*$/, "");
}

/** RFC 9110 §10.2.3: seconds or an HTTP date; null when it is neither. In milliseconds from now. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

function readableBody({ headers, body }: HttpAnswer): {
  body: JsonValue;
  bodyEncoding: "json" | "text" | "base64";
} {
  if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity") {
    return { body: body.toString("base64"), bodyEncoding: "base64" };
  }
  const text = decodeUtf8(body);
  if (text === null) return { body: body.toString("base64"), bodyEncoding: "base64" };
  if (/^application\/(?:[^;]*\+)?json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) {
    const parsed = tryParseJson(text);
    if (parsed !== undefined) return { body: parsed, bodyEncoding: "json" };
  }
  return { body: text, bodyEncoding: "text" };
}

function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A server that says JSON and sends something else: its text is more use than an error. */
function tryParseJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
