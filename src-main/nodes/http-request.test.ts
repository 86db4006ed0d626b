import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../app/model/json.ts";
import { failureOf } from "./failure-of.fixture.ts";
import { parseRetryAfter } from "./http-answer.ts";
import { httpRequest } from "./http-request.ts";
import { readBody, sendRequest } from "./http-send.ts";
import { closed, closeServers, send, serve } from "./http-server.fixture.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";

describe("an answer", () => {
  test("has its JSON parsed, and its status and headers beside it", async () => {
    const { origin } = await serve((_, response) => {
      response.setHeader("content-type", "application/problem+json; charset=utf-8");
      response.setHeader("x-two", ["a", "b"]);
      response.end('{"ok":[1]}');
    });
    const { output } = send({ url: `${origin}/a?b=c` });
    expect(await output).toMatchObject({
      status: 200,
      headers: { "x-two": "a, b" },
      body: { ok: [1] },
      bodyEncoding: "json",
    });
  });

  test.each([
    ["text/plain", Buffer.from("grüß"), "grüß", "text"],
    ["application/json", Buffer.from("{not json"), "{not json", "text"],
    ["image/png", Buffer.from([0x89, 0xff]), "if8=", "base64"],
  ])("of type %s is readable", async (type, sent, body, bodyEncoding) => {
    const { origin } = await serve((_, response) =>
      response.setHeader("content-type", type).end(sent),
    );
    expect(await send({ url: origin }).output).toMatchObject({ body, bodyEncoding });
  });

  test("over maxBytes is an error and not a part", async () => {
    const { origin } = await serve((_, response) => response.end("x".repeat(1_001)));
    expect(await failureOf(send({ url: origin, maxBytes: 1_000 }).output)).toMatchObject({
      code: "HTTP_BODY_TOO_LARGE",
      retryable: false,
    });
    expect(await send({ url: origin, maxBytes: 1_001 }).output).toMatchObject({ status: 200 });
  });

  test.each([
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
    [400, false],
    [404, false],
  ])("with status %i fails, retryable: %s", async (status, retryable) => {
    const { origin } = await serve((_, response) => {
      response.writeHead(status, { "retry-after": "7" }).end("why");
    });
    expect(await failureOf(send({ url: origin }).output)).toMatchObject({
      code: "HTTP_STATUS",
      retryable,
      effectNotStarted: false,
      details: { status, retryAfterMs: 7_000, bodyStart: "why" },
    });
    expect(await send({ url: origin, acceptStatus: [status] }).output).toMatchObject({
      status,
      body: "why",
    });
  });

  test("[F3] is quoted in a failure up to a whole word, so that no half of a secret stays", async () => {
    const start = `{"a":"${"x".repeat(980)}",`;
    const { origin } = await serve((_, response) =>
      response.writeHead(400).end(`${start}"key":"s3cret-s3cret-s3cret"}`),
    );
    expect(await failureOf(send({ url: origin }).output)).toMatchObject({
      details: { bodyStart: `${start}"key":"` },
    });
  });

  test("asks for a later time in seconds or as a date", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect(
      [
        "3",
        "Thu, 01 Jan 2026 00:00:09 GMT",
        "Wed, 31 Dec 2025 00:00:00 GMT",
        "soon",
        undefined,
      ].map((header) => parseRetryAfter(header, now)),
    ).toEqual([3_000, 9_000, 0, null, null]);
  });
});

describe("a request", () => {
  test("[X5] carries the node's idempotency key when it is not a GET, unless one is given", async () => {
    const { origin, seen } = await serve((_, response) => response.end());
    await send({ url: origin }).output;
    await send({ url: origin, method: "POST", body: { a: 1 } }).output;
    await send({ url: origin, method: "PUT", headers: { "Idempotency-Key": "mine" } }).output;
    expect(
      seen.map(({ method, headers }) => [
        method,
        headers["idempotency-key"],
        headers["content-type"],
      ]),
    ).toEqual([
      ["GET", undefined, undefined],
      ["POST", "key-of-the-node", "application/json"],
      ["PUT", "mine", undefined],
    ]);
  });

  test("sends a text as it is", async () => {
    const { origin } = await serve((request, response) => {
      request.pipe(response);
    });
    expect(await send({ url: origin, method: "POST", body: "grüß" }).output).toMatchObject({
      body: "grüß",
    });
  });

  test("keeps no connection open behind it", async () => {
    const { origin, seen } = await serve((_, response) => response.end("x"));
    await send({ url: origin }).output;
    expect(seen[0]?.headers.connection).toBe("close");
    await closed(seen[0]);
  });

  test("[P2] goes past a proxy of the environment", async () => {
    const proxy = await serve((_, response) => response.end("proxy"));
    const { origin } = await serve((_, response) => response.end("server"));
    process.env["HTTP_PROXY"] =
      process.env["http_proxy"] =
      process.env["NODE_USE_ENV_PROXY"] =
        proxy.origin;
    try {
      expect(await send({ url: origin }).output).toMatchObject({ body: "server" });
    } finally {
      delete process.env["HTTP_PROXY"];
      delete process.env["http_proxy"];
      delete process.env["NODE_USE_ENV_PROXY"];
    }
  });

  test("ends when its signal aborts, before and while the answer comes", async () => {
    for (const part of [null, "a part"]) {
      const controller = new AbortController();
      const { origin, seen } = await serve((_, response) => {
        if (part === null) controller.abort();
        else response.write(part, () => controller.abort());
      });
      const { output } = send({ url: origin }, { signal: controller.signal });
      expect(await failureOf(output)).toBe(controller.signal.reason);
      await closed(seen[0]);
    }
  });

  test("ends with the abort's reason while the answer's body is read", async () => {
    const controller = new AbortController();
    const { origin } = await serve((_, response) => response.write("a part"));
    const url = new URL(origin);
    const response = await sendRequest({
      hop: { method: "GET", url, headers: {}, body: null },
      addresses: [],
      isFirst: true,
      signal: controller.signal,
    });
    const body = readBody(response, { url, maxBytes: 100, signal: controller.signal });
    controller.abort(new Error("cancelled"));
    await expect(body).rejects.toBe(controller.signal.reason);
  });

  test("that nobody takes is known to have had no effect", async () => {
    const { origin, port } = await serve(() => undefined);
    await closeServers();
    expect(await failureOf(send({ url: origin, method: "POST", body: "x" }).output)).toMatchObject({
      code: "HTTP_CONNECTION",
      retryable: true,
      effectNotStarted: true,
      message: `The connection to http://127.0.0.1:${port} could not be reached (ECONNREFUSED).`,
    });
  });

  test("whose TLS handshake fails is known to have had no effect", async () => {
    const { port } = await serve(() => undefined);
    expect(await failureOf(send({ url: `https://127.0.0.1:${port}` }).output)).toMatchObject({
      code: "HTTP_CONNECTION",
      effectNotStarted: true,
    });
  });

  test("whose connection breaks after it was sent may have had an effect", async () => {
    const { origin } = await serve((request) => request.socket.destroy());
    expect(await failureOf(send({ url: origin, method: "POST" }).output)).toMatchObject({
      code: "HTTP_CONNECTION",
      effectNotStarted: false,
    });
  });

  test("whose answer breaks off is not taken for a whole one", async () => {
    const { origin } = await serve((request, response) => {
      response
        .writeHead(200, { "content-length": "100" })
        .write("half", () => request.socket.destroy());
    });
    expect(await failureOf(send({ url: origin }).output)).toMatchObject({
      code: "HTTP_CONNECTION",
      effectNotStarted: false,
    });
  });

  test.each<[string, JsonObject]>([
    ["another protocol", { url: "file:///etc/passwd" }],
    ["a password in the address", { url: "http://user:pass@host.example" }],
    ["a second host", { url: "http://host.example", headers: { Host: "other.example" } }],
    ["a header in a header", { url: "http://host.example", headers: { "x-a": "1\r\nx-b: 2" } }],
    ["a body with GET", { url: "http://host.example", body: "x" }],
    ["an unknown method", { url: "http://host.example", method: "TRACE" }],
  ])("[P2] with %s is refused before anything is asked", async (_, input) => {
    const context = fakeNodeContext();
    const output = Promise.resolve().then(() => httpRequest().execute(input, context));
    expect(await failureOf(output)).toMatchObject({
      code: "INVALID_INPUT",
      effectNotStarted: true,
    });
    expect(context.asked).toEqual([]);
  });

  test("with a bad header names the header and not its value", async () => {
    const { output } = send({ url: "http://host.example", headers: { "x-a": "s3cret\n" } });
    expect(String(await failureOf(output))).toContain('"headers/x-a"');
    expect(String(await failureOf(output))).not.toContain("s3cret");
  });
});
