import { expect } from "@playwright/test";
import { tags } from "../../tags.ts";
import { test } from "./launch.ts";

// What a page, its preload and the main process say to each other, as Electron documents it.

test.describe("messages", { tag: tags.hostSimulated }, () => {
  test("values cross as structuredClone copies them", async ({ conformance: { page } }) => {
    const found = await page.evaluate(async () => {
      const cyclic: Record<string, unknown> = { bytes: new Uint8Array([1, 255]) };
      cyclic["self"] = cyclic;
      cyclic["holes"] = Object.assign(Array.from({ length: 0 }), { 0: 1, 2: 3 });
      const sent = {
        map: new Map<unknown, unknown>([
          ["key", new Date(5)],
          [1n, new Set([undefined, NaN])],
        ]),
        cyclic,
        error: new RangeError("too far"),
        minusZero: -0,
        pattern: /a+/gi,
        big: 12345678901234567890n,
        proto: JSON.parse('{"__proto__": 1}') as object,
      };
      const back = (await bridge.echo(sent)) as typeof sent;
      const { holes, bytes, self } = back.cyclic as {
        holes: number[];
        bytes: Uint8Array;
        self: unknown;
      };
      return {
        date: back.map.get("key") instanceof Date,
        set: (back.map.get(1n) as Set<unknown>).has(NaN),
        self: self === back.cyclic,
        hole: 1 in holes,
        bytes: bytes instanceof Uint8Array && bytes[1],
        error: back.error instanceof Error && back.error.message,
        minusZero: Object.is(back.minusZero, -0),
        pattern: String(back.pattern),
        big: back.big === 12345678901234567890n,
        proto: Object.keys(back.proto),
      };
    });
    expect(found).toEqual({
      date: true,
      set: true,
      self: true,
      hole: false,
      bytes: 255,
      error: "too far",
      minusZero: true,
      pattern: "/a+/gi",
      big: true,
      proto: ["__proto__"],
    });
  });

  test("what cannot be cloned is refused", async ({ conformance: { page } }) => {
    const message = await page.evaluate(() =>
      bridge.echo(() => 1).catch((error: Error) => error.message),
    );
    expect(message).toContain("An object could not be cloned.");
  });

  test("an invoke that fails says so in Electron's words", async ({ conformance: { page } }) => {
    const messages = await page.evaluate(() =>
      Promise.all(
        [bridge.fail(), bridge.missing()].map((asked) =>
          asked.catch((error: Error) => error.message),
        ),
      ),
    );
    expect(messages).toEqual([
      "Error invoking remote method 'fail': RangeError: out of range",
      "Error invoking remote method 'nobody listens': Error: No handler registered for 'nobody listens'",
    ]);
  });

  test("messages arrive in the order of sending", async ({ conformance: { page } }) => {
    await page.evaluate(() => {
      for (let count = 0; count < 200; count++) bridge.say(count);
    });
    await expect.poll(() => page.evaluate(() => bridge.said().length)).toBe(200);
    const said = await page.evaluate(() => bridge.said());
    expect(said).toEqual(Array.from({ length: 200 }, (_, count) => [count]));
  });

  test("the sender's frame is the main frame at its own origin", async ({ conformance }) => {
    expect(await conformance.page.evaluate(() => bridge.frame())).toEqual({
      isMain: true,
      origin: "app://conformance",
      url: "app://conformance/",
    });
  });
});

test.describe("context bridge", { tag: tags.hostSimulated }, () => {
  test("functions are called across worlds, callbacks and promises too", async ({
    conformance,
  }) => {
    const found = await conformance.page.evaluate(async () => ({
      sum: bridge.add(2, 3),
      later: await bridge.later((value) => `heard ${String(value)}`, 7),
    }));
    expect(found).toEqual({ sum: 5, later: "heard 7" });
  });

  test("an error keeps its name and message", async ({ conformance: { page } }) => {
    const found = await page.evaluate(() => {
      try {
        bridge.throws();
        return null;
      } catch (error) {
        return error instanceof Error ? [error.name, error.message] : null;
      }
    });
    expect(found).toEqual(["RangeError", "from the preload"]);
  });

  test("what is exposed is frozen, and nothing else of Electron reaches the page", async ({
    conformance: { page },
  }) => {
    const found = await page.evaluate(() => ({
      isFrozen: Object.isFrozen(bridge),
      globals: ["require", "process", "ipcRenderer", "module"].filter((name) => name in globalThis),
      inWorld: bridge.inWorld(),
    }));
    expect(found).toEqual({
      isFrozen: true,
      globals: [],
      inWorld: { process: "renderer", sandboxed: true },
    });
  });

  test("a sandboxed preload requires no Node module", async ({ conformance: { page } }) => {
    const message = await page.evaluate(() => {
      try {
        return String(bridge.requireFs());
      } catch (error) {
        return String(error);
      }
    });
    expect(message).toContain("module not found: node:fs");
  });
});
