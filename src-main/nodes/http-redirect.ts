import { HandlerError } from "../../app/engine/handler-error.ts";

/** One request of a chain of redirects. */
export interface HttpHop {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * The request that a redirect asks for (RFC 9110 §15.4). To another origin only headers that describe
 * the answer are taken along, because any other one may carry a credential, and a body not at all.
 */
export function nextHop(
  hop: HttpHop,
  answer: { readonly status: number; readonly location: string },
): HttpHop {
  const url = parseLocation(hop.url, answer.location);
  const toGet =
    (answer.status === 303 && hop.method !== "HEAD") ||
    ((answer.status === 301 || answer.status === 302) && hop.method === "POST");
  const method = toGet ? "GET" : hop.method;
  const body = toGet ? null : hop.body;
  const isSameOrigin = url.origin === hop.url.origin;
  if (!isSameOrigin && body !== null) {
    throw new HandlerError(
      "HTTP_REDIRECT_REFUSED",
      `${hop.url.origin} wants the request's body to be sent to ${url.origin}. ` +
        "Bodies may hold credentials and stay with their origin: use the new address in the workflow.",
      { retryable: false, details: { status: answer.status } },
    );
  }
  const headers = Object.entries(hop.headers).filter(
    ([name]) => (isSameOrigin || harmlessHeaders.has(name)) && (!toGet || !bodyHeaders.has(name)),
  );
  return { method, url, headers: Object.fromEntries(headers), body };
}

const harmlessHeaders = new Set([
  "accept",
  "accept-language",
  "cache-control",
  "range",
  "user-agent",
]);
const bodyHeaders = new Set([
  "content-type",
  "content-encoding",
  "content-language",
  "idempotency-key",
]);

function parseLocation(from: URL, location: string): URL {
  const url = URL.parse(location, from.href);
  if (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.password === ""
  ) {
    return url;
  }
  throw new HandlerError(
    "HTTP_REDIRECT_REFUSED",
    `${from.origin} redirects to an address that is not plain http or https.`,
    { retryable: false },
  );
}
