import type { NodeContext, NodeType } from "../../app/engine/node-registry.ts";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import type { WorkflowNode } from "../../app/model/workflow-definition.ts";
import { checkAddresses, lookupHost, type LookupHost } from "./checked-address.ts";
import { failureOfAnswer, outputOfAnswer, type HttpAnswer } from "./http-answer.ts";
import { isRedirect, nextHop, type HttpHop } from "./http-redirect.ts";
import { readBody, sendRequest } from "./http-send.ts";
import {
  getBoolean,
  getInteger,
  getText,
  getTextMap,
  invalidInput,
  requireText,
} from "./node-input.ts";

const maxRedirects = 5;
const defaultMaxBytes = 10_000_000;
const mostBytes = 100_000_000;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * One HTTP request, redirects included. The class is per type, so it is `external`; a node whose
 * request may be repeated (GET, or a server that honours `Idempotency-Key`) declares `idempotent`.
 */
export function httpRequest(options: { readonly lookupHost?: LookupHost } = {}): NodeType {
  return {
    type: "http.request",
    description: "Sends an HTTP request and gives its answer.",
    version: 1,
    inputSchema,
    outputSchema,
    defaultReplay: "external",
    sensitive: false,
    families: ["net"],
    capabilitiesOf,
    defaultPlacement: "any",
    kind: "handler",
    async execute(input, context) {
      const answer = await followRedirects({
        first: firstHop(input, context),
        follow: getBoolean(input, "followRedirects", true),
        maxBytes: getInteger(input, "maxBytes", {
          min: 0,
          max: mostBytes,
          fallback: defaultMaxBytes,
        }),
        lookupHost: options.lookupHost ?? lookupHost,
        context,
      });
      if (answer.status < 400 || acceptedStatuses(input).includes(answer.status))
        return outputOfAnswer(answer);
      throw failureOfAnswer(answer, { url: answer.url, nowMs: Date.now() });
    },
  };
}

async function followRedirects(options: {
  readonly first: HttpHop;
  readonly follow: boolean;
  readonly maxBytes: number;
  readonly lookupHost: LookupHost;
  readonly context: NodeContext;
}): Promise<HttpAnswer & { readonly url: URL }> {
  const { context } = options;
  let hop = options.first;
  for (let redirects = 0; ; redirects++) {
    const addresses = await checkAddresses({
      url: hop.url,
      lookupHost: options.lookupHost,
      requireCapability: (capability) => context.requireCapability(capability),
    });
    context.signal.throwIfAborted();
    const response = await sendRequest({
      hop,
      addresses,
      isFirst: redirects === 0,
      signal: context.signal,
    });
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (!options.follow || !isRedirect(status) || location === undefined) {
      const body = await readBody(response, {
        url: hop.url,
        maxBytes: options.maxBytes,
        signal: context.signal,
      });
      return { status, headers: response.headers, body, url: hop.url };
    }
    response.destroy();
    if (redirects === maxRedirects) throw tooManyRedirects(options.first.url);
    hop = nextHop(hop, { status, location });
  }
}

function firstHop(input: JsonObject, context: NodeContext): HttpHop {
  const method = (getText(input, "method") ?? "GET").toUpperCase();
  if (!methods.includes(method)) throw invalidInput("method", `one of ${methods.join(", ")}`);
  const mayRepeat = method === "GET" || method === "HEAD";
  const { body, contentType } = readRequestBody(input["body"]);
  if (mayRepeat && body !== null) throw invalidInput("body", `absent with ${method}`);

  const given = Object.entries(getTextMap(input, "headers")).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  for (const [name, value] of given) checkHeader(name, value);
  const headers = {
    accept: "*/*",
    "accept-encoding": "identity",
    "user-agent": "Handshake",
    ...(contentType === null ? {} : { "content-type": contentType }),
    ...(mayRepeat ? {} : { "idempotency-key": context.idempotencyKey }),
    ...Object.fromEntries(given),
  };
  return { method, url: requireUrl(input), headers, body };
}

function requireUrl(input: JsonObject): URL {
  const url = URL.parse(requireText(input, "url"));
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalidInput("url", "an http or https address");
  if (url.username !== "" || url.password !== "") {
    throw invalidInput("url", "without a name and password; use the authorization header");
  }
  return url;
}

function readRequestBody(body: JsonValue | undefined): {
  body: string | null;
  contentType: string | null;
} {
  if (body === undefined || body === null) return { body: null, contentType: null };
  if (typeof body === "string") return { body, contentType: "text/plain; charset=utf-8" };
  return { body: JSON.stringify(body), contentType: "application/json" };
}

function checkHeader(name: string, value: string): void {
  // These say how and to whom a message travels, which is what was checked.
  if (
    [
      "host",
      "connection",
      "content-length",
      "transfer-encoding",
      "upgrade",
      "te",
      "trailer",
      "expect",
    ].includes(name) ||
    name.startsWith("proxy-")
  ) {
    throw invalidInput(`headers/${name}`, "absent; it is set by Handshake");
  }
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
    throw invalidInput("headers", "an object of header names");
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw invalidInput(`headers/${name}`, "one line of Latin-1 characters");
  }
}

function acceptedStatuses(input: JsonObject): readonly number[] {
  const list = input["acceptStatus"] ?? [];
  if (!Array.isArray(list)) throw invalidInput("acceptStatus", "a list of status numbers");
  return list.map((status: JsonValue) => {
    if (typeof status !== "number") throw invalidInput("acceptStatus", "a list of status numbers");
    return status;
  });
}

function tooManyRedirects(url: URL): HandlerError {
  return new HandlerError(
    "HTTP_TOO_MANY_REDIRECTS",
    `${url.origin} redirected more than ${maxRedirects} times. Use the final address.`,
    { retryable: false },
  );
}

function capabilitiesOf(node: WorkflowNode): readonly string[] {
  const url = node.with["url"];
  const parsed = typeof url === "string" && !url.startsWith("=") ? URL.parse(url) : null;
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? [`net:${parsed.origin}`] : [];
}

const inputSchema: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["url"],
  properties: {
    method: { type: "string", enum: methods, default: "GET" },
    url: { type: "string", minLength: 1 },
    headers: {
      type: "object",
      additionalProperties: { type: ["string", "number", "boolean"] },
      description: "To another origin only harmless ones follow a redirect.",
    },
    body: { description: "A text is sent as it is, other JSON as application/json." },
    followRedirects: { type: "boolean", default: true, description: `At most ${maxRedirects}.` },
    maxBytes: { type: "integer", minimum: 0, maximum: mostBytes, default: defaultMaxBytes },
    acceptStatus: {
      type: "array",
      items: { type: "integer", minimum: 400, maximum: 599 },
      description: "Statuses from 400 on that are an output and not a failure.",
    },
  },
};

const outputSchema: JsonObject = {
  type: "object",
  required: ["status", "headers", "body", "bodyEncoding"],
  properties: {
    status: { type: "integer" },
    headers: { type: "object", additionalProperties: { type: ["string", "array"] } },
    body: {},
    bodyEncoding: { enum: ["json", "text", "base64"] },
  },
};
