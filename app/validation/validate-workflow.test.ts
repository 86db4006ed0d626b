import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { define, problemsOf, problemsOfText, validate } from "./validate.fixture.ts";
import type { Validation } from "./validation.ts";

function problemsOfFixture(file: string, options: Partial<Validation> = {}): string[] {
  const text = readFileSync(new URL(`fixtures/${file}`, import.meta.url), "utf8");
  return problemsOfText({ text, file }, options);
}

test("[W3] the workflow of the format's description is valid", () => {
  expect(problemsOfFixture("valid.json")).toEqual([]);
  const running = {
    grants: ["net:https://news.example", "shell:mail"],
    input: { url: "https://news.example/today" },
  };
  expect(problemsOfFixture("valid.json", running)).toEqual([]);
});

test.each([
  [
    "schema",
    'schema.json#/nodes/0/type (node fetch): no such node type is installed; found "http.reqest", expected one of "transform", "http.request", "shell.exec", "file.read", "approval" or "delay". Did you mean "http.request"?',
  ],
  [
    "graph",
    "graph.json#/edges/3: the nodes wait for each other in a circle; found draft → check → improve → draft, expected no way back: a run goes through each node once.",
  ],
  [
    "capability",
    'capability.json#/nodes/0/with (node fetch): the node needs a capability that the workflow does not declare; found "net:https://news.example", expected "net:https://evil.example" in "capabilities".',
  ],
  [
    "credential",
    'credential.json#/nodes/0/with/headers/authorization (node fetch): the workflow does not declare this secret; found "NEW_KEY", expected "NEW_KEY" in "secrets", or "NEWS_KEY". Did you mean "NEWS_KEY"?',
  ],
  [
    "budget",
    "budget.json#/nodes/0/timeoutMs (node fetch): the node may take longer than the whole run; found 90000 ms, expected at most the run's 60000 ms, or a higher /limits/timeoutMs.",
  ],
])("[W3] the %s stage refuses its fixture and names file, node and field", (stage, text) => {
  expect(problemsOfFixture(`${stage}.json`)).toEqual([text]);
});

test("[W3] a stage runs only when the earlier ones found nothing", () => {
  const wrong = {
    capabilities: ["nonsense"],
    secrets: ["GONE"],
    limits: { timeoutMs: 1 },
    nodes: [{ id: "a", type: "transform", with: { value: "=nodes.b.output" }, timeoutMs: 2 }],
  };
  const hasSecret = (): boolean => false;
  const stages = (part: object): string[] => [
    ...new Set(problemsOf({ ...wrong, ...part }, { hasSecret }).map(({ stage }) => stage)),
  ];
  const a = { id: "a", type: "transform", with: { value: 1 }, timeoutMs: 2 };
  expect(stages({ nodes: [{ ...a, type: "nothing" }] })).toEqual(["schema"]);
  expect(stages({})).toEqual(["graph"]);
  expect(stages({ nodes: [a] })).toEqual(["capability"]);
  expect(stages({ nodes: [a], capabilities: [] })).toEqual(["credential"]);
  expect(stages({ nodes: [a], capabilities: [], secrets: [] })).toEqual(["budget"]);
});

test("[P5] a message keeps no control or bidirectional character of the file", () => {
  const [problem] = problemsOf({ capabilities: ["net:\u001b]0;x\u0007\u202e"] });
  expect(problem?.text).not.toMatch(/[\p{Cc}\u202e]/u);
});

test("validating a fan-out grows with its size, not with its square", () => {
  // Ten times the nodes: a quadratic walk would take a hundred times as long.
  expect(timesAsMuch(fanOut)).toBeLessThan(40);
});

test("validating a chain whose nodes all read far ancestors grows with its size, not with its square", () => {
  expect(timesAsMuch(chain)).toBeLessThan(40);
});

/** How much more of the processor 10,000 nodes take than 1,000, whoever else shares this machine. */
function timesAsMuch(definitionOf: (size: number) => ReturnType<typeof define>): number {
  const cheapest = (size: number): number => {
    const definition = definitionOf(size);
    // The best of a few: the first one warms up.
    const spent = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      expect(validate(definition)).toEqual([]);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...spent);
  };
  return cheapest(10_000) / cheapest(1_000);
}

function fanOut(leaves: number): ReturnType<typeof define> {
  const nodes: object[] = [{ id: "root", type: "transform", with: { value: "=input" } }];
  const edges: object[] = [];
  for (let index = 0; index < leaves; index++) {
    nodes.push({ id: `n${index}`, type: "transform", with: { value: "=nodes.root.output" } });
    edges.push({ from: "root", to: `n${index}` }, { from: `n${index}`, to: "end" });
  }
  nodes.push({ id: "end", type: "transform", with: { value: "=nodes.n500.output" } });
  return define({ nodes, edges });
}

function chain(length: number): ReturnType<typeof define> {
  const nodes = Array.from({ length }, (_, index) => ({
    id: `n${index}`,
    type: "transform",
    with: { value: index < 3 ? 1 : `=nodes.n${Math.floor(index / 2)}.output` },
  }));
  const edges = nodes.slice(1).map((node, index) => ({ from: `n${index}`, to: node.id }));
  return define({ nodes, edges });
}

test("a file with thousands of mistakes is answered with the first hundred", () => {
  const nodes = Array.from({ length: 5_000 }, (_, index) => ({
    id: `n${index}`,
    type: `no.${index}`,
  }));
  expect(problemsOf({ nodes })).toHaveLength(100);
});
