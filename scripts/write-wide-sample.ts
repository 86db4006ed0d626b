// Writes samples/wide-fan-out.json: one node that splits, 200 that work side by side, one that joins.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const parts = 200;

export function wideSample(): string {
  const names = Array.from(
    { length: parts },
    (_, index) => `part-${String(index + 1).padStart(3, "0")}`,
  );
  const lines = (items: readonly object[]): string =>
    items.map((item) => `    ${oneLine(item)}`).join(",\n");
  const head = {
    formatVersion: 1,
    id: "wide-fan-out",
    name: "Wide fan-out",
    description: `${parts} nodes side by side, each with its own history.`,
    version: 1,
  };
  const nodes = [
    { id: "split", type: "transform", with: { value: { n: `=[1..${parts}]` } } },
    ...names.map((id, index) => ({
      id,
      type: "transform",
      with: { value: `=nodes.split.output.n[${index}]` },
    })),
    { id: "sum", type: "transform", with: { value: "=$sum(nodes.*.output[$type($) = 'number'])" } },
  ];
  const edges = [
    ...names.map((id) => ({ from: "split", to: id })),
    ...names.map((id) => ({ from: id, to: "sum" })),
  ];
  const members = [
    ...Object.entries(head).map(
      ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    ),
    `  "limits": { "maxConcurrentNodes": 64 }`,
    `  "nodes": [\n${lines(nodes)}\n  ]`,
    `  "edges": [\n${lines(edges)}\n  ]`,
    `  "output": "=nodes.sum.output"`,
  ];
  return `{\n${members.join(",\n")}\n}\n`;
}

/** As the formatter writes it: spaces inside braces, none inside brackets. */
function oneLine(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`,
  );
  return `{ ${members.join(", ")} }`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(new URL("../samples/wide-fan-out.json", import.meta.url), wideSample());
}
