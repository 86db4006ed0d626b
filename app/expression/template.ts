import { isJsonObject, type JsonValue } from "../model/json.ts";
import { appendPointer } from "../model/json-pointer.ts";
import { compileExpression, isExpression, type CompiledExpression } from "./compiled-expression.ts";
import { evaluateBounded, type IsolatedEvaluate } from "./evaluate-bounded.ts";
import { ExpressionError } from "./expression-error.ts";
import type { ExpressionScope } from "./expression-scope.ts";

/** A node's `with` or a definition's `output`: JSON in which strings may be expressions. */
export interface CompiledTemplate {
  /** The nodes that its expressions read; `"all"` if that cannot be told. */
  readonly nodeRefs: readonly string[] | "all";
  readonly isConstant: boolean;
  readonly mustIsolate: boolean;
  /** The NAME of every `{"$secret":"NAME"}` in it. */
  readonly secretNames: readonly string[];
  /** Where the expressions stand, in document order. */
  readonly expressions: readonly TemplateExpression[];
  /**
   * Undefined members are left out of objects and null in arrays; a lone undefined at the top is
   * undefined. At once when all its expressions are plain paths, else a promise; it rejects with
   * `TemplateError`. With `isolate`, expressions that may run away and scopes above 1 MB go there.
   */
  resolve(
    scope: ExpressionScope,
    isolate?: IsolatedEvaluate,
  ): JsonValue | undefined | Promise<JsonValue | undefined>;
}

export interface TemplateExpression {
  /** RFC 6901, from the template's root. */
  readonly pointer: string;
  readonly compiled: CompiledExpression;
}

/** An expression in a template that does not compile or failed. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly code = "EXPRESSION" as const;
  /** RFC 6901, from the template's root. */
  readonly pointer: string;
  readonly source: string;
  /** Column in `source`, from 1; null when unknown. */
  readonly position: number | null;
  override readonly cause: ExpressionError;

  constructor(pointer: string, cause: ExpressionError) {
    const where = pointer === "" ? "" : `${pointer}: `;
    const column = cause.position === null ? "" : `column ${cause.position} of `;
    super(`${where}${column}"${shorten(cause.source)}": ${cause.message}`);
    this.cause = cause;
    this.pointer = pointer;
    this.source = cause.source;
    this.position = cause.position;
  }
}

/** Throws `TemplateError` when an expression in it does not compile. */
export function compileTemplate(template: JsonValue): CompiledTemplate {
  const expressions: TemplateExpression[] = [];
  const secretNames = new Set<string>();
  const part = compilePart({ value: template, pointer: "", expressions, secretNames });
  return {
    nodeRefs: allNodeRefs(expressions),
    isConstant: expressions.length === 0,
    mustIsolate: expressions.some(({ compiled }) => compiled.mustIsolate),
    secretNames: [...secretNames],
    expressions,
    resolve(scope, isolate) {
      if (part.kind === "constant") return part.value;
      const values: (JsonValue | undefined)[] = [];
      const pending: Promise<void>[] = [];
      for (const [index, expression] of expressions.entries()) {
        const value = evaluateAt({ expression, scope, isolate });
        if (value instanceof Promise) {
          pending.push(
            value.then((resolved) => {
              values[index] = resolved;
            }),
          );
        } else values[index] = value;
      }
      if (pending.length === 0) return build(part, values);
      return Promise.all(pending).then(() => build(part, values));
    },
  };
}

/** The name in a secret reference, which is an object with `$secret` and nothing else; or null. */
export function secretNameOf(value: JsonValue): string | null {
  if (!isJsonObject(value) || Object.keys(value).length !== 1) return null;
  const name = value["$secret"];
  return typeof name === "string" ? name : null;
}

/** A template with the expressions taken out: each is an index into the list of expressions. */
type Part =
  | { readonly kind: "constant"; readonly value: JsonValue }
  | { readonly kind: "expression"; readonly index: number }
  | { readonly kind: "array"; readonly items: readonly Part[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Part])[] };

interface Compilation {
  readonly value: JsonValue;
  readonly pointer: string;
  readonly expressions: TemplateExpression[];
  readonly secretNames: Set<string>;
}

function compilePart(compilation: Compilation): Part {
  const { value, pointer, expressions, secretNames } = compilation;
  const compileMember = (key: string | number, member: JsonValue): Part =>
    compilePart({ ...compilation, value: member, pointer: appendPointer(pointer, key) });

  if (typeof value === "string") {
    if (!isExpression(value)) return { kind: "constant", value: value.replace(/^==/, "=") };
    expressions.push({ pointer, compiled: compileAt(pointer, value) });
    return { kind: "expression", index: expressions.length - 1 };
  }
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map((item, index) => compileMember(index, item));
    return items.every(isConstantPart)
      ? { kind: "constant", value: items.map((item) => item.value) }
      : { kind: "array", items };
  }
  if (isJsonObject(value)) {
    const secret = secretNameOf(value);
    if (secret !== null) {
      secretNames.add(secret);
      return { kind: "constant", value };
    }
    const members = Object.entries(value).map(
      ([key, member]) => [key, compileMember(key, member)] as const,
    );
    return members.every(isConstantMember)
      ? { kind: "constant", value: objectOf(members.map(([key, part]) => [key, part.value])) }
      : { kind: "object", members };
  }
  return { kind: "constant", value };
}

function isConstantPart(part: Part): part is Part & { kind: "constant" } {
  return part.kind === "constant";
}

function isConstantMember(
  member: readonly [string, Part],
): member is readonly [string, Part & { kind: "constant" }] {
  return member[1].kind === "constant";
}

function compileAt(pointer: string, source: string): CompiledExpression {
  try {
    return compileExpression(source);
  } catch (error) {
    throw locate(pointer, error);
  }
}

function evaluateAt(evaluation: {
  expression: TemplateExpression;
  scope: ExpressionScope;
  isolate: IsolatedEvaluate | undefined;
}): JsonValue | undefined | Promise<JsonValue | undefined> {
  const { expression, scope, isolate } = evaluation;
  const { compiled, pointer } = expression;
  const value = evaluateBounded({ expression: compiled, scope, isolate });
  if (!(value instanceof Promise)) return value;
  return value.catch((error: unknown) => {
    throw locate(pointer, error);
  });
}

function locate(pointer: string, error: unknown): unknown {
  return error instanceof ExpressionError ? new TemplateError(pointer, error) : error;
}

function build(part: Part, values: readonly (JsonValue | undefined)[]): JsonValue | undefined {
  switch (part.kind) {
    case "constant":
      return part.value;
    case "expression":
      return values[part.index];
    case "array":
      return part.items.map((item) => build(item, values) ?? null);
    case "object":
      return objectOf(part.members.map(([key, member]) => [key, build(member, values)]));
  }
}

/** `Object.fromEntries` defines members, so that `__proto__` is a name like any other. */
function objectOf(members: readonly (readonly [string, JsonValue | undefined])[]): JsonValue {
  return Object.fromEntries(
    members.filter((member): member is readonly [string, JsonValue] => member[1] !== undefined),
  );
}

function allNodeRefs(expressions: readonly TemplateExpression[]): readonly string[] | "all" {
  const ids = new Set<string>();
  for (const { compiled } of expressions) {
    if (compiled.nodeRefs === "all") return "all";
    for (const id of compiled.nodeRefs) ids.add(id);
  }
  return [...ids];
}

function shorten(source: string): string {
  return source.length <= 80 ? source : `${source.slice(0, 79)}…`;
}
