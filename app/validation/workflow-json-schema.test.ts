import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseJson } from "../model/json.ts";
import { checkJsonSchema } from "./check-json-schema.ts";
import { findSchemaProblem } from "./find-schema-problem.ts";
import { workflowJsonSchema } from "./workflow-json-schema.ts";

const read = (path: string): ReturnType<typeof parseJson> =>
  parseJson(readFileSync(new URL(path, import.meta.url), "utf8"));

test("[W2] docs/workflow.schema.json is current (else: node scripts/write-workflow-schema.ts)", () => {
  expect(read("../../docs/workflow.schema.json")).toEqual(workflowJsonSchema());
});

test("[W2] the schema is one itself, accepts a valid workflow and refuses a wrong one", () => {
  const schema = workflowJsonSchema();
  expect(findSchemaProblem(schema)).toBeNull();
  expect(checkJsonSchema({ schema, value: read("fixtures/valid.json") })).toEqual([]);
  const pointers = checkJsonSchema({ schema, value: read("fixtures/format.json") }).map(
    ({ pointer }) => pointer,
  );
  expect(pointers.toSorted()).toEqual([
    "",
    "/edges/0",
    "/id",
    "/limits/timeoutMs",
    "/nmae",
    "/nodes/0/onError",
    "/nodes/0/retry/maxAttempt",
    "/nodes/0/retry/maxAttempts",
  ]);
});
