import type { JsonValue } from "../model/json.ts";
import type { CompiledExpression } from "./compiled-expression.ts";
import { isLargerThan, narrowScope, type ExpressionScope } from "./expression-scope.ts";

/** Evaluates in a worker that is killed when it takes too long. */
export type IsolatedEvaluate = (
  source: string,
  scope: ExpressionScope,
) => Promise<JsonValue | undefined>;

/** Scopes above about 1 MB of JSON would hold up this thread. */
const largeScope = 1_000_000;

/**
 * Evaluates here, or through `isolate` when the expression may run away or reads more than 1 MB.
 * Without `isolate` everything is evaluated here.
 */
export function evaluateBounded(evaluation: {
  expression: CompiledExpression;
  scope: ExpressionScope;
  isolate: IsolatedEvaluate | undefined;
}): JsonValue | undefined | Promise<JsonValue | undefined> {
  const { expression, scope, isolate } = evaluation;
  if (isolate === undefined || expression.isPlainPath) return expression.evaluate(scope);
  const seen = narrowScope(scope, expression.nodeRefs);
  return expression.mustIsolate || isLargerThan(seen, largeScope)
    ? isolate(expression.source, seen)
    : expression.evaluate(scope);
}
