import { compileExpression, ExpressionError } from "../expression/compiled-expression.ts";
import type { CompiledExpression } from "../expression/compiled-expression.ts";
import { compileTemplate, TemplateError, type CompiledTemplate } from "../expression/template.ts";
import type { JsonValue } from "../model/json.ts";
import type { WorkflowDefinition } from "../model/workflow-definition.ts";
import type { ProblemList } from "./problem.ts";

/** A definition's expressions; null where one does not compile, or there is none. */
export interface CompiledDefinition {
  /** The `with` of each node. */
  readonly inputs: readonly (CompiledTemplate | null)[];
  /** The `when` of each edge. */
  readonly conditions: readonly (CompiledExpression | null)[];
  readonly output: CompiledTemplate | null;
}

/** Compiles every expression and adds a problem for each field that has one that does not compile. */
export function compileDefinition(
  definition: WorkflowDefinition,
  list: ProblemList,
): CompiledDefinition {
  const template = (field: {
    value: JsonValue;
    pointer: string;
    nodeId?: string;
  }): CompiledTemplate | null => {
    try {
      return compileTemplate(field.value);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const pointer = field.pointer + error.pointer;
      addBroken(list, { error: error.cause, pointer, nodeId: field.nodeId });
      return null;
    }
  };
  const condition = (when: string | undefined, index: number): CompiledExpression | null => {
    if (when === undefined) return null;
    try {
      return compileExpression(when);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      addBroken(list, { error, pointer: `/edges/${index}/when` });
      return null;
    }
  };
  return {
    inputs: definition.nodes.map((node, index) =>
      template({ value: node.with, pointer: `/nodes/${index}/with`, nodeId: node.id }),
    ),
    conditions: definition.edges.map((edge, index) => condition(edge.when, index)),
    output:
      definition.output === undefined
        ? null
        : template({ value: definition.output, pointer: "/output" }),
  };
}

function addBroken(
  list: ProblemList,
  broken: {
    readonly error: ExpressionError;
    readonly pointer: string;
    readonly nodeId?: string | undefined;
  },
): void {
  const { error, pointer, nodeId } = broken;
  const column = error.position === null ? "" : ` at column ${error.position}`;
  list.add({
    code: "BROKEN_EXPRESSION",
    pointer,
    nodeId,
    message: `the expression does not compile${column}: ${error.message}`,
    found: error.source.length <= 80 ? error.source : `${error.source.slice(0, 79)}…`,
    expected: "a JSONata expression; to begin a text with = write ==",
  });
}
