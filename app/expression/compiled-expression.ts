import jsonata from "jsonata";
import type { JsonValue } from "../model/json.ts";
import { analyseExpression, type AstNode, type ExpressionAnalysis } from "./analyse-expression.ts";
import { ExpressionError } from "./expression-error.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { needsJsonata, parsePlainPath, readPlainPath } from "./plain-path.ts";
import { toPlainJson } from "./plain-json.ts";

export { ExpressionError };
export type { ExpressionScope };

export interface CompiledExpression {
  /** With the leading `=`. */
  readonly source: string;
  /** The ids in `nodes.<id>` that it reads; `"all"` if that cannot be told (`nodes.*`, `$lookup(nodes, …)`). */
  readonly nodeRefs: readonly string[] | "all";
  /** The beginnings, up to three names, of the paths that it reads from the scope. */
  readonly scopeReads: readonly (readonly string[])[];
  /** It may run away inside one call, where no clock is looked at: evaluate it in a worker that can be killed. */
  readonly mustIsolate: boolean;
  /** Names only, like `input.a.b`: reading it costs next to nothing. */
  readonly isPlainPath: boolean;
  /**
   * A plain path (`input.a.b`) is answered at once, else by a promise that rejects with
   * `ExpressionError`. Never changes the scope; the result may share values with it.
   */
  evaluate(scope: ExpressionScope): JsonValue | undefined | Promise<JsonValue | undefined>;
}

/**
 * The bounds of one evaluation: milliseconds, nested calls (an array constructor counts its items),
 * items of an array that it makes, and characters of a string that it makes.
 */
export const expressionLimits = {
  timeoutMs: 1_000,
  depth: 500,
  items: 1_000_000,
  characters: 32_000_000,
} as const;

const cacheSize = 2_000;
const cache = new Map<string, CompiledExpression>();

/** Compiles a JSONata expression that begins with `=`. Throws `ExpressionError`. */
export function compileExpression(source: string): CompiledExpression {
  const cached = cache.get(source);
  if (cached !== undefined) return cached;
  const compiled = compile(source);
  if (cache.size >= cacheSize) {
    // A Map keeps the order of insertion: this forgets the oldest one.
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(source, compiled);
  return compiled;
}

/** Whether a string in a `with` or an `output` is an expression; `==` begins a literal `=`. */
export function isExpression(text: string): boolean {
  return text.startsWith("=") && !text.startsWith("==");
}

function compile(source: string): CompiledExpression {
  if (!isExpression(source)) {
    throw new ExpressionError({ message: "An expression begins with one `=`.", source });
  }
  const text = source.slice(1);
  const names = parsePlainPath(text);
  return names === null ? compileJsonata(source, text) : compilePlainPath({ source, text, names });
}

function compilePlainPath(path: {
  source: string;
  text: string;
  names: readonly string[];
}): CompiledExpression {
  const { source, names } = path;
  const [first, second] = names;
  let general: CompiledExpression | null = null;
  return {
    source,
    nodeRefs: first !== "nodes" ? [] : second === undefined ? "all" : [second],
    scopeReads: [names.slice(0, 3)],
    mustIsolate: false,
    isPlainPath: true,
    evaluate(scope) {
      const value = readPlainPath(scope, names);
      if (value === needsJsonata) {
        general ??= compileJsonata(source, path.text);
        return general.evaluate(scope);
      }
      // What a scope holds is JSON, and so is every part of it.
      return value as JsonValue | undefined;
    },
  };
}

function compileJsonata(source: string, text: string): CompiledExpression {
  const { expression, analysis } = parse(source, text);
  return {
    source,
    nodeRefs: analysis.nodeRefs,
    scopeReads: analysis.scopeReads,
    mustIsolate: analysis.mustIsolate,
    isPlainPath: false,
    async evaluate(scope) {
      try {
        const root = analysis.mayMutate ? structuredClone(scope) : scope;
        const result: unknown = await expression.evaluate(root);
        return toPlainJson(result);
      } catch (error) {
        throw describeFailure(source, error);
      }
    },
  };
}

function parse(
  source: string,
  text: string,
): { expression: jsonata.Expression; analysis: ExpressionAnalysis } {
  let expression: jsonata.Expression;
  let analysis: ExpressionAnalysis;
  try {
    const { timeoutMs: timeout, depth: stack, items: sequence } = expressionLimits;
    expression = jsonata(text, { timeout, stack, sequence });
    expression.assign(exitHook, refuseLongString);
    // The library's type of its own tree is incomplete; every member read is optional in AstNode.
    analysis = analyseExpression(expression.ast() as unknown as AstNode);
  } catch (error) {
    throw describeFailure(source, error);
  }
  if (analysis.evalPosition !== null) {
    throw new ExpressionError({
      message: "$eval is not allowed: an expression cannot be made from data. Write it out.",
      source,
      position: analysis.evalPosition + 1,
    });
  }
  return { expression, analysis };
}

/** JSONata calls it with each intermediate result. Symbols are missing from its declared types. */
const exitHook = Symbol.for("jsonata.__evaluate_exit") as unknown as string;

/** Doubling a string 30 times takes no time, and then a gigabyte: too much for any heap limit. */
function refuseLongString(node: AstNode, _input: unknown, _scope: unknown, result: unknown): void {
  if (typeof result !== "string" || result.length <= expressionLimits.characters) return;
  const isMade = node.type === "binary" || node.type === "function" || node.type === "apply";
  if (isMade) {
    throw Object.assign(new RangeError("a string longer than 32,000,000 characters"), {
      position: node.position,
    });
  }
}

const longestMessage = 300;

/** JSONata throws plain objects `{ code, position, message }` as well as errors. */
function describeFailure(source: string, error: unknown): ExpressionError {
  const failure: { code?: unknown; position?: unknown; message?: unknown } =
    typeof error === "object" && error !== null ? error : {};
  const position = typeof failure.position === "number" ? failure.position + 1 : null;
  return new ExpressionError({
    message: messageOf(failure).slice(0, longestMessage),
    source,
    position,
    cause: error instanceof Error ? error : undefined,
  });
}

function messageOf(failure: { code?: unknown; message?: unknown }): string {
  const text = typeof failure.message === "string" ? failure.message : "It failed.";
  if (failure.code === "D1011") return `It nests deeper than ${expressionLimits.depth} calls.`;
  if (failure.code === "D2014" || failure.code === "D2015") {
    return `It makes an array of more than ${expressionLimits.items.toLocaleString("en")} items.`;
  }
  if (failure.code === "D1012") return `It took longer than ${expressionLimits.timeoutMs} ms.`;
  if (failure instanceof RangeError) return `It needs too much: ${text}.`;
  if (failure instanceof Error && failure.name === "NotPlainJson") {
    return `Its result is not JSON: it holds ${text}.`;
  }
  return text;
}
