import { Validator } from "@cfworker/json-schema";
import { describe, expect, test } from "vitest";
import { createNodeRegistry } from "../../app/engine/node-registry.ts";
import { WorkflowNode } from "../../app/model/workflow-definition.ts";
import { builtInNodeTypes } from "./built-in-nodes.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";

const types = createNodeRegistry(
  builtInNodeTypes({ dataFolder: "/data", workingDirectory: "/base" }),
);

function requireType(name: string) {
  const type = types.get(name);
  if (type === null) expect.unreachable(`no type ${name}`);
  return type;
}

test("the first set of node types is there, each with its class", () => {
  expect(types.list().map(({ type, defaultReplay, kind }) => [type, defaultReplay, kind])).toEqual([
    ["transform", "pure", "handler"],
    ["delay", "pure", "delay"],
    ["approval", "pure", "approval"],
    ["fail", "pure", "handler"],
    ["http.request", "external", "handler"],
    ["shell.exec", "external", "handler"],
    ["file.read", "idempotent", "handler"],
    ["file.write", "external", "handler"],
    ["agent.scripted", "idempotent", "handler"],
  ]);
});

test.each<[string, Record<string, unknown>, string[]]>([
  ["transform", { value: "=x" }, []],
  ["http.request", { url: "https://News.example:443/a" }, ["net:https://news.example"]],
  ["http.request", { url: "=input.url" }, []],
  ["http.request", { url: "file:///x" }, []],
  ["shell.exec", { command: "git" }, ["shell:git"]],
  ["shell.exec", { command: "./tool" }, ["shell:/base/tool"]],
  ["shell.exec", { command: "=x" }, []],
  ["file.read", { path: "a/../b" }, ["fs.read:/base/b"]],
  ["file.write", { path: "/x" }, ["fs.write:/x"]],
  [
    "agent.scripted",
    { turns: [{ name: "a", tool: { appendTo: "l", line: "x" } }, { name: "b" }] },
    ["fs.write:/base/l"],
  ],
  ["agent.scripted", { turns: "=x" }, []],
])("[C1] %s with %o says what it needs", (name, input, capabilities) => {
  const node = WorkflowNode.parse({ id: "n", type: name, with: input });
  expect(requireType(name).capabilitiesOf?.(node, null)).toEqual(capabilities);
  const elsewhere = capabilities.map((text) => text.replace(":/base/", ":/run/"));
  expect(requireType(name).capabilitiesOf?.(node, "/run")).toEqual(elsewhere);
});

test.each<[string, unknown, boolean]>([
  ["transform", { value: null }, true],
  ["transform", { valeu: 1 }, false],
  ["delay", { ms: 5 }, true],
  ["delay", { until: "2026-01-01T00:00:00Z" }, true],
  ["delay", { ms: 5, until: "2026-01-01T00:00:00Z" }, false],
  ["delay", { until: "tomorrow" }, false],
  ["approval", { question: "Send it?", expiresInMs: 5, onExpire: { approved: false } }, true],
  ["approval", {}, false],
  ["fail", {}, true],
  ["fail", { code: "lower" }, false],
  [
    "http.request",
    { url: "https://x.example", headers: { a: "b" }, body: [1], acceptStatus: [404] },
    true,
  ],
  ["http.request", { url: "https://x.example", metod: "GET" }, false],
  ["shell.exec", { command: "mail", args: ["-s"], stdin: [1] }, true],
  ["shell.exec", { command: "mail", args: "-s" }, false],
  ["file.read", { path: "x", encoding: "json" }, true],
  ["file.write", { path: "x", text: "a" }, true],
  ["file.write", { path: "x", text: "a", json: 1 }, false],
  ["agent.scripted", { turns: [{ name: "a", tool: { appendTo: "x", line: "y" } }] }, true],
  ["agent.scripted", { turns: [] }, false],
])("the schema of %s judges %o: %s", (name, input, isValid) => {
  expect(new Validator(requireType(name).inputSchema, "2020-12").validate(input).valid).toBe(
    isValid,
  );
});

describe("small handlers", () => {
  test("transform gives the value that the engine computed", () => {
    expect(requireType("transform").execute({ value: { a: [1] } }, fakeNodeContext())).toEqual({
      a: [1],
    });
  });

  test("fail fails with its own words, and only as often as it should", () => {
    const type = requireType("fail");
    const input = { message: "no", code: "MY_CODE", retryable: false, details: [1] };
    expect(() => type.execute(input, fakeNodeContext())).toThrow(
      expect.objectContaining({ message: "no", code: "MY_CODE", retryable: false, details: [1] }),
    );
    expect(() => type.execute({ times: 2 }, fakeNodeContext({ attempt: 2 }))).toThrow(
      expect.objectContaining({ code: "FAILED_ON_PURPOSE", retryable: true }),
    );
    expect(type.execute({ times: 2 }, fakeNodeContext({ attempt: 3 }))).toEqual({ attempt: 3 });
  });

  test("delay and approval have no handler", () => {
    for (const name of ["delay", "approval"]) {
      expect(() => requireType(name).execute({}, fakeNodeContext())).toThrow("done by the engine");
    }
  });
});
