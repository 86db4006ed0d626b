import { describe, expect, test } from "vitest";
import { failureOf } from "./failure-of.fixture.ts";
import { loopbackFor, send, serve } from "./http-server.fixture.ts";

describe("[P2] a redirect", () => {
  const secretHeaders = {
    Authorization: "Bearer s3cret",
    Cookie: "a=b",
    "X-Api-Key": "s3cret",
    Accept: "text/plain",
    "User-Agent": "mine",
  };

  test("to the same origin keeps the headers", async () => {
    const { origin, seen } = await serve((request, response) => {
      if (request.url === "/b") response.end("b");
      else response.writeHead(302, { location: "/b" }).end();
    });
    expect(await send({ url: `${origin}/a`, headers: secretHeaders }).output).toMatchObject({
      body: "b",
    });
    expect(seen[1]?.headers).toMatchObject({
      authorization: "Bearer s3cret",
      cookie: "a=b",
      "x-api-key": "s3cret",
    });
  });

  test("to another origin drops whatever may be a credential, also on the way back", async () => {
    const back = { location: "" };
    const other = await serve((_, response) => response.writeHead(302, back).end());
    const { origin, seen } = await serve((request, response) => {
      if (request.url === "/end") response.end("end");
      else response.writeHead(302, { location: other.origin }).end();
    });
    back.location = `${origin}/end`;
    const grants = [`net:${origin}`, `net:${other.origin}`];
    expect(await send({ url: origin, headers: secretHeaders }, { grants }).output).toMatchObject({
      body: "end",
    });
    for (const request of [other.seen[0], seen[1]]) {
      expect(request?.headers).toEqual({
        host: request?.headers.host,
        connection: "close",
        accept: "text/plain",
        "user-agent": "mine",
      });
    }
  });

  test("to an origin that was not granted is refused", async () => {
    const other = await serve((_, response) => response.end());
    const { origin } = await serve((_, response) =>
      response.writeHead(302, { location: other.origin }).end(),
    );
    const { output, context } = send({ url: origin });
    expect(await failureOf(output)).toMatchObject({ code: "CAPABILITY_DENIED" });
    expect(context.asked).toEqual([`net:${origin}`, `net:${other.origin}`]);
    expect(other.seen).toEqual([]);
  });

  test("to a name that leads to this machine is refused", async () => {
    const target = await serve((_, response) => response.end());
    const { origin } = await serve((_, response) => {
      response.writeHead(302, { location: `http://news.example:${target.port}` }).end();
    });
    const grants = [`net:${origin}`, `net:http://news.example:${target.port}`];
    const { output } = send({ url: origin }, { grants, lookupHost: loopbackFor("news.example") });
    expect(await failureOf(output)).toMatchObject({ code: "ADDRESS_REFUSED" });
    expect(target.seen).toEqual([]);
  });

  test.each([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [303, "HEAD", "HEAD", ""],
    [301, "PUT", "PUT", "body"],
    [307, "POST", "POST", "body"],
    [308, "POST", "POST", "body"],
  ])("with %i turns %s into %s", async (status, method, expected, body) => {
    const bodies: string[] = [];
    const { origin, seen } = await serve(async (request, response) => {
      bodies.push(Buffer.concat(await request.toArray()).toString());
      if (request.url === "/b") response.end();
      else response.writeHead(status, { location: "/b" }).end();
    });
    await send({ url: `${origin}/a`, method, ...(method === "HEAD" ? {} : { body: "body" }) })
      .output;
    expect([seen[1]?.method, bodies[1], seen[1]?.headers["idempotency-key"]]).toEqual([
      expected,
      body,
      body === "" ? undefined : "key-of-the-node",
    ]);
  });

  test("does not take a body to another origin", async () => {
    const other = await serve((_, response) => response.end());
    const { origin } = await serve((_, response) =>
      response.writeHead(307, { location: other.origin }).end(),
    );
    const grants = [`net:${origin}`, `net:${other.origin}`];
    expect(
      await failureOf(send({ url: origin, method: "POST", body: "s3cret" }, { grants }).output),
    ).toMatchObject({ code: "HTTP_REDIRECT_REFUSED", effectNotStarted: false });
    expect(other.seen).toEqual([]);
  });

  test.each(["file:///etc/passwd", "ftp://host.example", "http://user:pass@host.example/"])(
    "to %s is refused",
    async (location) => {
      const { origin } = await serve((_, response) => response.writeHead(302, { location }).end());
      expect(await failureOf(send({ url: origin }).output)).toMatchObject({
        code: "HTTP_REDIRECT_REFUSED",
      });
    },
  );

  test("is followed five times and not six", async () => {
    const { origin } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end("end");
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect(await send({ url: `${origin}/5` }).output).toMatchObject({ body: "end" });
    expect(await failureOf(send({ url: `${origin}/6` }).output)).toMatchObject({
      code: "HTTP_TOO_MANY_REDIRECTS",
      retryable: false,
    });
    expect(await send({ url: `${origin}/5`, followRedirects: false }).output).toMatchObject({
      status: 302,
      headers: { location: "/4" },
    });
  });

  test("whose target is down may follow an effect", async () => {
    const { origin } = await serve((_, response) =>
      response.writeHead(303, { location: "http://127.0.0.1:1/" }).end(),
    );
    const grants = [`net:${origin}`, "net:http://127.0.0.1:1"];
    expect(
      await failureOf(send({ url: origin, method: "POST", body: "x" }, { grants }).output),
    ).toMatchObject({ code: "HTTP_CONNECTION", effectNotStarted: false });
  });
});
