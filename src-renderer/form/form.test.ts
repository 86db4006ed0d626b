import { expect, test } from "vitest";
import { planForm } from "./form-fields.ts";
import { initialTexts, readForm } from "./read-form.ts";

const schema = {
  type: "object",
  required: ["url", "limit"],
  properties: {
    url: { type: "string", title: "Address", description: "Where to read." },
    limit: { type: "integer", minimum: 1, maximum: 10, default: 3 },
    fast: { type: "boolean" },
    tone: { enum: ["calm", "loud"] },
    headers: { type: "object" },
  },
};

test("each property becomes one field with its title, its default and whether it is needed", () => {
  const plan = planForm(schema);
  expect(plan.isWhole).toBe(false);
  expect(
    plan.fields.map(({ name, title, isRequired, initial, kind }) => [
      name,
      title,
      isRequired,
      initial,
      kind.is,
    ]),
  ).toEqual([
    ["url", "Address", true, "", "text"],
    ["limit", "limit", true, "3", "number"],
    ["fast", "fast", false, "", "yes_no"],
    ["tone", "tone", false, "", "choice"],
    ["headers", "headers", false, "", "json"],
  ]);
});

test("the last input is offered before the default", () => {
  const plan = planForm(schema, {
    url: "https://a.example",
    limit: 7,
    tone: "loud",
    headers: { a: 1 },
  });
  expect(initialTexts(plan)).toEqual({
    url: "https://a.example",
    limit: "7",
    fast: "",
    tone: "1",
    headers: '{\n  "a": 1\n}',
  });
});

test("the texts become one value; what is empty and not needed is left out", () => {
  const plan = planForm(schema);
  expect(readForm(plan, { url: "x", limit: "10", fast: "false", tone: "0", headers: "" })).toEqual({
    ok: true,
    value: { url: "x", limit: 10, fast: false, tone: "calm" },
  });
});

test("every wrong field is named with what is wrong", () => {
  const plan = planForm(schema);
  const read = readForm(plan, { url: "", limit: "11", headers: "{" });
  expect(read).toMatchObject({
    ok: false,
    errors: { url: "`Address` is needed.", limit: "At most 10." },
  });
  expect(read.ok ? [] : Object.keys(read.errors)).toEqual(["url", "limit", "headers"]);
});

test.each([
  [{ type: "string" }, "hello", "hello"],
  [{ type: "array", items: {} }, "[1,2]", [1, 2]],
  [{ oneOf: [{ type: "string" }] }, '"a"', "a"],
  [null, "null", null],
])("the schema %j is one field for the whole value", (whole, text, value) => {
  const plan = planForm(whole);
  expect(plan.isWhole).toBe(true);
  expect(readForm(plan, { value: text })).toEqual({ ok: true, value });
});
