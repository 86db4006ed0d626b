import { describe, expect, test } from "vitest";
import type { LookupHost } from "./checked-address.ts";
import { failureOf } from "./failure-of.fixture.ts";
import { httpRequest } from "./http-request.ts";
import { loopbackFor, send, serve } from "./http-server.fixture.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";

describe("[P2] an address", () => {
  test("that was not granted is not connected to", async () => {
    const { origin, seen } = await serve((_, response) => response.end());
    expect(
      await failureOf(send({ url: origin }, { grants: ["net:http://127.0.0.1"] }).output),
    ).toMatchObject({ code: "CAPABILITY_DENIED" });
    expect(seen).toEqual([]);
  });

  test("on this machine is reached when it is named by number or as localhost", async () => {
    const { origin, port } = await serve((_, response) => response.end("here"));
    expect(await send({ url: origin }).output).toMatchObject({ body: "here" });
    expect(await send({ url: `http://localhost:${port}` }).output).toMatchObject({ body: "here" });
    expect(
      await send({ url: `http://a.localhost:${port}` }, { lookupHost: loopbackFor("a.localhost") })
        .output,
    ).toMatchObject({ body: "here" });
  });

  test("written in another way is the same address", async () => {
    const { port } = await serve((_, response) => response.end("here"));
    const { output, context } = send({ url: `http://0x7f.1:${port}` });
    expect(await output).toMatchObject({ body: "here" });
    expect(context.asked).toEqual([`net:http://127.0.0.1:${port}`]);
  });

  test("on this machine behind a public name is refused", async () => {
    const { port, seen } = await serve((_, response) => response.end());
    const { output, context } = send(
      { url: `http://news.example:${port}` },
      { lookupHost: loopbackFor("news.example") },
    );
    expect(await failureOf(output)).toMatchObject({
      code: "ADDRESS_REFUSED",
      retryable: false,
      effectNotStarted: true,
      message: `news.example leads to 127.0.0.1, which is not a public address. If that is meant, allow net:http://127.0.0.1:${port} too.`,
    });
    expect(context.asked).toEqual([
      `net:http://news.example:${port}`,
      `net:http://127.0.0.1:${port}`,
    ]);
    expect(seen).toEqual([]);
  });

  test("on this machine behind a public name is reached when it is granted too", async () => {
    const { port } = await serve((_, response) => response.end("here"));
    const url = `http://news.example:${port}`;
    const { output } = send(
      { url },
      {
        grants: [`net:${url}`, `net:http://127.0.0.1:${port}`],
        lookupHost: loopbackFor("news.example"),
      },
    );
    expect(await output).toMatchObject({ body: "here" });
  });

  test("beside public ones is refused all the same", async () => {
    const lookupHost: LookupHost = () =>
      Promise.resolve([
        { address: "8.8.8.8", family: 4 },
        { address: "fd00::1", family: 6 },
      ]);
    const { output, context } = send({ url: "https://news.example" }, { lookupHost });
    expect(await failureOf(output)).toMatchObject({ code: "ADDRESS_REFUSED" });
    expect(context.asked.at(-1)).toBe("net:https://[fd00::1]");
  });

  test("that localhost does not mean is refused", async () => {
    const lookupHost: LookupHost = () => Promise.resolve([{ address: "10.0.0.1", family: 4 }]);
    expect(await failureOf(send({ url: "http://localhost" }, { lookupHost }).output)).toMatchObject(
      { code: "ADDRESS_REFUSED" },
    );
  });

  test("is resolved once and not again for the connection", async () => {
    const { port } = await serve((_, response) => response.end("checked"));
    let lookups = 0;
    const lookupHost: LookupHost = () => {
      lookups++;
      return Promise.resolve([{ address: lookups === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
    };
    // A name that no real resolver knows: the connection can only come from the checked address.
    const url = `http://rebinding.invalid:${port}`;
    const grants = [`net:${url}`, `net:http://127.0.0.1:${port}`];
    expect(await send({ url }, { grants, lookupHost }).output).toMatchObject({ body: "checked" });
    expect(lookups).toBe(1);
  });

  test("that cannot be resolved had no effect", async () => {
    const { output } = send(
      { url: "http://nowhere.invalid" },
      { lookupHost: () => Promise.reject(new Error("ENOTFOUND")) },
    );
    expect(await failureOf(output)).toMatchObject({
      code: "HTTP_DNS",
      retryable: true,
      effectNotStarted: true,
    });
  });

  test("that is refused for another reason than its grant says that reason", async () => {
    const url = "http://news.example";
    const stale = {
      ...fakeNodeContext(),
      requireCapability: (capability: string) =>
        capability === `net:${url}` ? Promise.resolve() : Promise.reject(new Error("stale epoch")),
    };
    const node = httpRequest({ lookupHost: loopbackFor("news.example") });
    const output = Promise.resolve(node.execute({ url }, stale));
    expect(await failureOf(output)).toMatchObject({ message: "stale epoch" });
  });
});
