import { afterAll, expect, test } from "vitest";
import { compileExpression } from "../../app/expression/compiled-expression.ts";
import type { ExpressionScope } from "../../app/expression/compiled-expression.ts";
import { createIsolatedExpressions } from "./isolated-expressions.ts";

const isolated = createIsolatedExpressions();
// Where something else than the time is to end an expression, however slow the machine is: neither this thread's
// limit of time nor its own comes first.
const patience = {
  workerUrl: new URL("./patient-expression-worker.fixture.ts", import.meta.url),
  timeoutMs: 60_000,
};
const patient = createIsolatedExpressions(patience);
afterAll(() => Promise.all([isolated.close(), patient.close()]));

const scope = (input: ExpressionScope["input"]): ExpressionScope => ({ input, nodes: {}, run: {} });

test("a regular expression is evaluated in the other thread", async () => {
  const found = await isolated.evaluate("=$match(input, /[0-9]+/).match", scope("a12b3"));
  expect(found).toEqual(["12", "3"]);
});

test("a catastrophic regular expression is killed after a second, and the next expression works", async () => {
  const source = "=$contains(input, /^(a+)+$/)";
  expect(compileExpression(source).mustIsolate).toBe(true);
  const hostile = scope(`${"a".repeat(60)}!`);
  const [first, second] = await Promise.allSettled([
    isolated.evaluate(source, hostile),
    isolated.evaluate("=input & '!'", scope("still here")),
  ]);
  expect(first).toMatchObject({
    status: "rejected",
    reason: { code: "EXPRESSION", message: "It took longer than 1000 ms.", source },
  });
  expect(second).toEqual({ status: "fulfilled", value: "still here!" });
});

test("an expression that takes too much memory is refused, and this process goes on", async () => {
  const small = createIsolatedExpressions({ ...patience, memoryMb: 24 });
  const greedy = "=$map([1..20000], function($v) { [1..2000] })";
  await expect(small.evaluate(greedy, scope(null))).rejects.toMatchObject({
    code: "EXPRESSION",
    message: "It needs more than 24 MB.",
  });
  expect(await small.evaluate("=1 + 1", scope(null))).toBe(2);
  await small.close();
});

test.each([
  ["=$count([1..999999, 1..999999])", "It makes an array of more than 1,000,000 items."],
  ["=[1..9999999]", "It makes an array of more than 1,000,000 items."],
  ["=$pad('', 40000000)", "a string longer than 32,000,000 characters"],
  [
    "=($twice := function($s, $n) { $n = 0 ? $s : $twice($s & $s, $n - 1) }; $length($twice('ab', 28)))",
    "a string longer than 32,000,000 characters",
  ],
])("%s is refused before it fills the memory", async (greedy, message) => {
  await expect(patient.evaluate(greedy, scope(null))).rejects.toThrow(message);
});

test("a scope above 32 MB is refused before it is copied", async () => {
  const large = scope({ text: "x".repeat(33_000_000) });
  await expect(isolated.evaluate("=$length(input.text)", large)).rejects.toThrow(
    "It reads more than 32 MB.",
  );
});

test("a failing expression rejects with its message and position", async () => {
  await expect(isolated.evaluate("=1 + 'a'", scope(null))).rejects.toMatchObject({
    code: "EXPRESSION",
    source: "=1 + 'a'",
    position: 4,
    message: 'The right side of the "+" operator must evaluate to a number',
  });
});

test("after close nothing is evaluated and no thread is left", async () => {
  const own = createIsolatedExpressions();
  expect(await own.evaluate("=1", scope(null))).toBe(1);
  const pending = own.evaluate("=$contains(input, /^(a+)+$/)", scope(`${"a".repeat(60)}!`));
  const late = expect(pending).rejects.toThrow("the engine is stopping");
  await own.close();
  await late;
  await expect(own.evaluate("=1", scope(null))).rejects.toThrow("the engine is stopping");
});
