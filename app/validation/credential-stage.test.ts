import { expect, test } from "vitest";
import { problemsOf } from "./validate.fixture.ts";

const using = (value: object): object => ({ id: "t", type: "transform", with: { value } });

test("[W3] a secret that is used has to be declared, and the nearest declared one is named", () => {
  const [problem] = problemsOf({ nodes: [using([{ $secret: "NEW_KEY" }])], secrets: ["NEWS_KEY"] });
  expect(problem?.text).toBe(
    'w.json#/nodes/0/with/value/0 (node t): the workflow does not declare this secret; found "NEW_KEY", expected "NEW_KEY" in "secrets", or "NEWS_KEY". Did you mean "NEWS_KEY"?',
  );
});

test("[W3] a declared secret without a value is refused with both ways to give it one", () => {
  const hasSecret = (name: string): boolean => name === "A_KEY";
  const problems = problemsOf({ secrets: ["A_KEY", "B_KEY"] }, { hasSecret });
  expect(problems.map(({ text }) => text)).toEqual([
    'w.json#/secrets/1: this secret has no value on this machine; found "B_KEY", expected handshake secret set B_KEY, or HANDSHAKE_SECRET_B_KEY in the environment.',
  ]);
});

test("[W3] declaring a secret is enough: it needs no grant", () => {
  const part = { nodes: [using({ $secret: "A_KEY" })], secrets: ["A_KEY"] };
  expect(problemsOf(part, { grants: [] })).toEqual([]);
});

test("[W3] something that only looks like a reference to a secret is refused", () => {
  const problems = problemsOf({
    nodes: [using({ $secret: "A_KEY", and: 1 }), { ...using({ $secret: 7 }), id: "u" }],
    secrets: ["A_KEY"],
  });
  expect(problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
    "SECRET_REFERENCE /nodes/0/with/value",
    "SECRET_REFERENCE /nodes/1/with/value",
  ]);
});

test("[W3] a secret cannot be part of the run's output", () => {
  const problems = problemsOf({ output: { key: { $secret: "A_KEY" } }, secrets: ["A_KEY"] });
  expect(problems.map(({ code }) => code)).toEqual(["SECRET_IN_OUTPUT"]);
});
