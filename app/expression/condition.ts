import type { JsonValue } from "../model/json.ts";
import type { CompiledExpression } from "./compiled-expression.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { evaluateBounded, type IsolatedEvaluate } from "./evaluate-bounded.ts";

/** Whether an edge is taken: JSONata's `$boolean` of the expression; undefined is false. */
export function evaluateCondition(
  expression: CompiledExpression,
  scope: ExpressionScope,
  isolate?: IsolatedEvaluate,
): boolean | Promise<boolean> {
  const value = evaluateBounded({ expression, scope, isolate });
  return value instanceof Promise ? value.then(isTrue) : isTrue(value);
}

/** JSONata's `$boolean`: empty, zero and null are false; an array is true when a member is. */
export function isTrue(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
