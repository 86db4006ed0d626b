import type { WorkflowNode } from "../model/workflow-definition.ts";
import { checkJsonSchema, type SchemaViolation } from "./check-json-schema.ts";
import { findSchemaProblem } from "./find-schema-problem.ts";
import type { NodeTypeDescription } from "./node-type-description.ts";
import {
  createProblemList,
  showNames,
  type Problem,
  type ProblemDraft,
  type ProblemList,
} from "./problem.ts";
import { staticPartOf } from "./static-part.ts";
import type { Validation } from "./validation.ts";

/** Node types exist in this version, each `with` fits its type as far as it is static, the input fits. */
export function checkSchemas(validation: Validation): readonly Problem[] {
  const list = createProblemList({ stage: "schema", file: validation.file });
  checkRunInput(list, validation);
  for (const [index, node] of validation.definition.nodes.entries()) {
    if (list.isFull) break;
    checkNode(list, { node, pointer: `/nodes/${index}`, validation });
  }
  return list.problems;
}

function checkRunInput(list: ProblemList, { definition, input }: Validation): void {
  const schema = definition.input;
  if (schema === undefined) return;
  const problem = findSchemaProblem(schema);
  if (problem !== null) {
    list.add({
      code: "INPUT_SCHEMA_BROKEN",
      pointer: `/input${problem.pointer}`,
      message: "the schema of the input is not a JSON Schema (draft 2020-12)",
      found: problem.found,
      expected: problem.expected,
    });
    return;
  }
  if (input === undefined) return;
  for (const violation of checkJsonSchema({ schema, value: input })) {
    const where =
      violation.pointer === "" ? "the run's input" : `the run's input at ${violation.pointer}`;
    list.add({ ...draftOf("INPUT", violation), message: `${where}: ${violation.message}` });
  }
}

function checkNode(
  list: ProblemList,
  checked: {
    readonly node: WorkflowNode;
    readonly pointer: string;
    readonly validation: Validation;
  },
): void {
  const { node, pointer, validation } = checked;
  const type = validation.registry.get(node.type);
  if (type === null) {
    const known = validation.registry.list().map((each) => each.type);
    list.add({
      code: "UNKNOWN_NODE_TYPE",
      pointer: `${pointer}/type`,
      nodeId: node.id,
      message: "no such node type is installed",
      found: `"${node.type}"`,
      expected: `one of ${showNames(known)}`,
      nearestTo: { name: node.type, known },
    });
    return;
  }
  if (node.typeVersion !== undefined && node.typeVersion !== type.version) {
    const isNewer = node.typeVersion > type.version;
    list.add({
      code: "NODE_TYPE_VERSION",
      pointer: `${pointer}/typeVersion`,
      nodeId: node.id,
      message: isNewer
        ? `this version of the node type "${type.type}" is newer than this app`
        : `this app no longer supports this version of the node type "${type.type}"`,
      found: String(node.typeVersion),
      expected: isNewer
        ? `${type.version}, or a newer app`
        : `${type.version}, after checking the node`,
    });
  }
  checkNodeInput(list, { node, type, pointer: `${pointer}/with` });
}

function checkNodeInput(
  list: ProblemList,
  checked: {
    readonly node: WorkflowNode;
    readonly type: NodeTypeDescription;
    readonly pointer: string;
  },
): void {
  const { node, type, pointer } = checked;
  const { value, dynamic } = staticPartOf(node.with);
  for (const violation of checkJsonSchema({ schema: type.inputSchema, value, dynamic })) {
    const draft = draftOf("NODE_INPUT", violation);
    list.add({ ...draft, pointer: pointer + violation.pointer, nodeId: node.id });
  }
}

function draftOf(code: string, violation: SchemaViolation): ProblemDraft {
  return { code, ...violation };
}
