import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../model/json.ts";
import { createSecretMarker, restoreSecrets } from "./secret-marker.ts";

const value = 'sk-"Grüße"/+9a?\\z';
const values = new Map([
  ["API_KEY", value],
  ["PIN", "83618361"],
]);
const marker = createSecretMarker(values);
const mark = '{"$secret":"API_KEY"}';
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("[F3] what is stored", () => {
  test.each<[string, string]>([
    ["raw", value],
    ["JSON-escaped", JSON.stringify(value).slice(1, -1)],
    ["JSON inside JSON", JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ["ASCII JSON", 'sk-\\"Gr\\u00fc\\u00dfe\\"/+9a?\\\\z'],
    ["URL-encoded", encodeURIComponent(value)],
    ["URL-encoded in lower case", encodeURIComponent(value).toLowerCase().replace("gr", "Gr")],
    ["a form field", new URLSearchParams({ k: value }).toString().slice(2)],
    ["base64", base64(value)],
    ["base64 without padding", base64(value).replace(/=+$/, "")],
    ["base64url", Buffer.from(value).toString("base64url")],
    ["hex", Buffer.from(value).toString("hex")],
    ["HEX", Buffer.from(value).toString("hex").toUpperCase()],
  ])("has the marker for a secret that is %s", (_, text) => {
    const output = { whole: text, list: [`a ${text} b`], [`key ${text}`]: 1 };
    expect(marker.markJson(output)).toEqual({
      whole: { $secret: "API_KEY" },
      list: [`a ${mark} b`],
      [`key ${mark}`]: 1,
    });
  });

  test.each([0, 1, 2])("has no base64 of a secret that stands %i bytes behind others", (before) => {
    const encoded = base64(`${"user:".repeat(2).slice(0, 9 + before)}${value}@host`);
    const marked = marker.markText(`Basic ${encoded}`);
    expect(marked).toContain(mark);
    // Decoded at any border, nothing of 4 bytes of the value is left.
    const rest = marked.slice("Basic ".length).split(mark);
    for (const part of rest)
      expect(value).not.toContain(Buffer.from(part, "base64").toString().slice(-4));
  });

  test("has the marker for a number that is a secret as a whole, and leaves other numbers", () => {
    expect(marker.markJson({ pin: 83618361, more: 836183610, text: "83618361" })).toEqual({
      pin: { $secret: "PIN" },
      more: 836183610,
      text: { $secret: "PIN" },
    });
  });

  test("keeps both entries when two keys are the same once marked", () => {
    const output = { [value]: 1, [base64(value)]: 2, ["__proto__"]: 3 };
    expect(Object.entries(marker.markJson(output) as object)).toEqual([
      [mark, 1],
      [`${mark} (2)`, 2],
      ["__proto__", 3],
    ]);
  });

  test("is not marked a second time", () => {
    const nested = createSecretMarker(new Map([["SECRET", "secret"]]));
    const once = nested.markJson(["secret", "a secret", { secret: null }]);
    expect(nested.markJson(once)).toEqual(once);
  });

  test("leaves nothing of two secrets that overlap", () => {
    const overlapping = createSecretMarker(
      new Map([
        ["A", "abcdef"],
        ["B", "defghijk"],
      ]),
    );
    expect(overlapping.markText("x abcdefghijk y")).toBe('x {"$secret":"B"} y');
  });
});

test("[F3] values under 4 characters are not looked for, and named", () => {
  const short = createSecretMarker(
    new Map([
      ["SHORT", "abc"],
      ["LONG", "abcd"],
    ]),
  );
  expect([short.unmarkable, short.markText("abc abcd")]).toEqual([
    ["SHORT"],
    'abc {"$secret":"LONG"}',
  ]);
});

test("[F3] each line of a key with several lines is marked in logs, and only the whole key in outputs", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END KEY-----\n";
  const pem = createSecretMarker(new Map([["PEM", key]]));
  expect(pem.markText("log: MIIEvQIBADANBg")).toBe('log: {"$secret":"PEM"}');
  expect(pem.markJson("-----BEGIN KEY-----")).toBe("-----BEGIN KEY-----");
  expect(pem.markJson(key.trim())).toEqual({ $secret: "PEM" });
});

test("[F3] without secrets everything is handed through", () => {
  const none = createSecretMarker(new Map());
  const output = { a: ["b"] };
  const stream = none.stream();
  expect(none.markJson(output)).toBe(output);
  expect([none.markText("a"), stream.push("b"), stream.end()]).toEqual(["a", "b", ""]);
  expect(restoreSecrets(output, new Map())).toBe(output);
});

describe("[F3] a stream", () => {
  test("marks a value whatever the chunk borders, exactly as in one piece", () => {
    const names = new Map([
      ["A", "abcab"],
      ["B", "bcabcd"],
      ["C", "ümläut "],
    ]);
    const small = createSecretMarker(names);
    const piece = fc.constantFrom(
      "a",
      "b",
      "c",
      "d",
      "abcab",
      "bcabcd",
      "ümläut ",
      "YWJjYWI=",
      "x",
    );
    fc.assert(
      fc.property(fc.array(fc.array(piece).map((parts) => parts.join(""))), (chunks) => {
        const stream = small.stream();
        const streamed = chunks.map((chunk) => stream.push(chunk)).join("") + stream.end();
        expect(streamed).toBe(small.markText(chunks.join("")));
      }),
      { numRuns: 2_000 },
    );
  });

  test("hands on at once what cannot be part of a secret", () => {
    const stream = marker.stream();
    expect([stream.push("hello sk-"), stream.push("no"), stream.end()]).toEqual([
      "hello ",
      "sk-no",
      "",
    ]);
  });
});

describe("[F3] a resumed run", () => {
  test("gets values back only where markers of its own secrets stand", () => {
    const input: JsonValue = {
      header: { $secret: "API_KEY" },
      url: `https://h/?k=${mark}&o={"$secret":"OTHER"}`,
      other: { $secret: "OTHER" },
      more: [{ $secret: "API_KEY", extra: 1 }],
      [`k ${mark}`]: null,
    };
    expect(restoreSecrets(input, values)).toEqual({
      header: value,
      url: `https://h/?k=${value}&o={"$secret":"OTHER"}`,
      other: { $secret: "OTHER" },
      more: [{ $secret: "API_KEY", extra: 1 }],
      [`k ${value}`]: null,
    });
  });

  test("gets back exactly what was marked, for raw occurrences in any JSON", () => {
    const secret = fc.constantFrom(value, `x${value}`, `${value}y${value}`, "83618361", "plain");
    const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
      tree: fc.oneof(
        secret,
        fc.integer(),
        fc.constant(null),
        fc.array(tie("tree")),
        fc.dictionary(secret, tie("tree")),
      ),
    }));
    fc.assert(
      fc.property(tree, (output) => {
        fc.pre(!JSON.stringify(output).includes(":83618361"));
        const stored = marker.markJson(output);
        expect(JSON.stringify(stored)).not.toContain(JSON.stringify(value).slice(1, -1));
        expect(restoreSecrets(stored, values)).toEqual(output);
      }),
    );
  });
});
