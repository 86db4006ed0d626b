import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseWorkflow } from "./parse-workflow.ts";
import { pinDefinition } from "./pin-definition.ts";
import type { PinnedDefinition } from "../model/workflow-definition.ts";

const file = (part: string): string =>
  `{"formatVersion":1,"id":"w","name":"W","version":1,"nodes":[{"id":"b","type":"x"},{"id":"a","type":"transform"}]${part}}`;

function pin(
  text: string,
  versions: Record<string, number> = { transform: 2, x: 1, other: 9 },
): PinnedDefinition {
  const parsed = parseWorkflow({ text, file: "w.json" });
  if (!parsed.ok) throw new Error("not valid");
  return pinDefinition({
    source: parsed.source,
    definition: parsed.definition,
    nodeTypeVersions: versions,
    sha256: (written) => createHash("sha256").update(written, "utf8").digest("hex"),
  });
}

test("[X9] a definition is pinned by the hash of its canonical source, with its node types' versions", () => {
  const pinned = pin(file(""));
  expect(pinned).toMatchObject({
    hash: createHash("sha256").update(pinned.source).digest("hex"),
    source:
      '{"formatVersion":1,"id":"w","name":"W","nodes":[{"id":"b","type":"x"},{"id":"a","type":"transform"}],"version":1}',
    resolved: { onInterrupted: "ask" },
    nodeTypeVersions: { transform: 2, x: 1 },
  });
  expect(Object.keys(pinned.nodeTypeVersions)).toEqual(["transform", "x"]);
});

test("[X9] spaces and the order of names do not change the hash, any content does", () => {
  const hash = pin(file(', "edges": [], "description": "d"')).hash;
  expect(pin(file(',\n"description":"d","edges":[]')).hash).toBe(hash);
  expect(pin(file(', "edges": [], "description": "D"')).hash).not.toBe(hash);
  // A default that is written out is another source.
  expect(pin(file(', "description": "d"')).hash).not.toBe(hash);
});

test("[X9] a node type without a version cannot be pinned", () => {
  expect(() => pin(file(""), { transform: 2 })).toThrow('The node type "x" has no version to pin');
});
