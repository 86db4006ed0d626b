import {
  covers,
  describeCapability,
  parseCapability,
  resolveCapability,
  type Capability,
} from "../model/capability.ts";
import { parseFilePath } from "../model/file-path.ts";
import type { WorkflowNode } from "../model/workflow-definition.ts";
import type { CompiledDefinition } from "./compile-definition.ts";
import type { NodeTypeDescription } from "./node-type-description.ts";
import {
  createProblemList,
  showNames,
  showValue,
  type Problem,
  type ProblemList,
} from "./problem.ts";
import type { Validation } from "./validation.ts";

/**
 * Declared capabilities parse; what nodes need is declared; what is declared is granted and allowed by
 * the access mode. A declared `secret:` needs no grant: the credential stage looks for its value.
 */
export function checkCapabilities(
  validation: Validation,
  compiled: CompiledDefinition,
): readonly Problem[] {
  const list = createProblemList({ stage: "capability", file: validation.file });
  if (!checkBaseDir(list, validation)) return list.problems;
  const declared = parseDeclared(list, validation);
  const grants = parseGrants(list, validation);
  // Against a list with gaps everything would seem undeclared.
  if (list.problems.length > 0) return list.problems;
  for (const [index, node] of validation.definition.nodes.entries()) {
    if (list.isFull) break;
    const type = validation.registry.get(node.type);
    if (type === null || type.families.length === 0) continue;
    const isStatic = compiled.inputs[index]?.isConstant ?? false;
    checkNode(list, { node, index, type, isStatic, declared, validation });
  }
  for (const { capability, pointer } of declared) {
    checkAllowed(list, { capability, pointer, grants, validation });
  }
  return list.problems;
}

/** A folder whose name no capability can hold would make every relative one useless. */
function checkBaseDir(list: ProblemList, { baseDir, definition }: Validation): boolean {
  if (!definition.capabilities.some((text) => text.startsWith("fs."))) return true;
  const parsed = baseDir === undefined ? null : parseFilePath(baseDir);
  if (baseDir === undefined || parsed === null || parsed.ok) return true;
  list.add({
    code: "FOLDER_NAME",
    pointer: "",
    message: `the workflow stands in a folder that no capability can name: ${parsed.problem}`,
    found: showValue(baseDir),
    expected: "the file in another folder",
  });
  return false;
}

interface Declared {
  readonly capability: Capability;
  readonly pointer: string;
}

function parseDeclared(list: ProblemList, validation: Validation): readonly Declared[] {
  const declared: Declared[] = [];
  for (const [index, text] of validation.definition.capabilities.entries()) {
    const pointer = `/capabilities/${index}`;
    const capability = parseOne(list, { text, pointer, validation, of: "the capability" });
    if (capability !== null) declared.push({ capability, pointer });
  }
  return declared;
}

function parseGrants(list: ProblemList, validation: Validation): readonly Capability[] | null {
  if (validation.grants === null) return null;
  const parsed = validation.grants.map((text) =>
    parseOne(list, { text, pointer: "", validation, of: "the grant" }),
  );
  return parsed.filter((capability) => capability !== null);
}

function parseOne(
  list: ProblemList,
  written: {
    readonly text: string;
    readonly pointer: string;
    readonly validation: Validation;
    readonly of: string;
  },
): Capability | null {
  const { text, pointer, validation, of } = written;
  const parsed = parseCapability(text);
  if (parsed.ok) return inPlace(parsed.capability, validation);
  list.add({
    code: "UNKNOWN_CAPABILITY",
    pointer,
    message: `${of} cannot be read: ${parsed.problem}`,
    found: showValue(text),
    expected: "net:ORIGIN, shell:PROGRAM, fs.read:DIR, fs.write:DIR or secret:NAME",
  });
  return null;
}

function inPlace(capability: Capability, { baseDir }: Validation): Capability {
  return baseDir !== undefined && parseFilePath(baseDir).ok
    ? resolveCapability(capability, baseDir)
    : capability;
}

function checkNode(
  list: ProblemList,
  checked: {
    readonly node: WorkflowNode;
    readonly index: number;
    readonly type: NodeTypeDescription;
    readonly isStatic: boolean;
    readonly declared: readonly Declared[];
    readonly validation: Validation;
  },
): void {
  const { node, index, type, isStatic, declared, validation } = checked;
  const needed = type.capabilitiesOf?.(node, validation.baseDir ?? null) ?? [];
  for (const text of needed) {
    const parsed = parseCapability(text);
    const capability = parsed.ok ? inPlace(parsed.capability, validation) : null;
    if (capability !== null && declared.some((each) => covers(each.capability, capability)))
      continue;
    list.add({
      code: "UNDECLARED_CAPABILITY",
      pointer: `/nodes/${index}/with`,
      nodeId: node.id,
      message: "the node needs a capability that the workflow does not declare",
      found: showNames(validation.definition.capabilities),
      expected: parsed.ok ? `"${text}" in "capabilities"` : `another input: ${parsed.problem}`,
    });
  }
  if (needed.length > 0 || isStatic) return;
  // What it will touch depends on the run, so at least one thing of its kind has to be declared.
  if (declared.some(({ capability }) => type.families.includes(capability.family))) return;
  list.add({
    code: "UNDECLARED_CAPABILITY",
    pointer: `/nodes/${index}/with`,
    nodeId: node.id,
    message: `a node of type "${type.type}" needs a capability, and the workflow declares none of its kind`,
    found: showNames(validation.definition.capabilities),
    expected: `${showNames(type.families.map((family) => `${family}:…`))} in "capabilities"`,
  });
}

function checkAllowed(
  list: ProblemList,
  checked: Declared & {
    readonly grants: readonly Capability[] | null;
    readonly validation: Validation;
  },
): void {
  const { capability, pointer, grants, validation } = checked;
  if (validation.accessMode === "analysis_only" && isWriting(capability)) {
    list.add({
      code: "ACCESS_MODE",
      pointer,
      message: `a job that may only look cannot be allowed to: ${describeCapability(capability)}`,
      found: `"${capability.text}" in the access mode "analysis_only"`,
      expected: "another access mode, or a workflow that only reads",
    });
    return;
  }
  if (grants === null || capability.family === "secret") return;
  if (grants.some((grant) => covers(grant, capability))) return;
  list.add({
    code: "CAPABILITY_NOT_GRANTED",
    pointer,
    message: `the workflow asks for something that was not granted: ${describeCapability(capability)}`,
    found: grants.length === 0 ? "no grants" : showNames(grants.map((grant) => grant.text)),
    expected: `--allow ${capability.text}`,
  });
}

function isWriting({ family }: Capability): boolean {
  return family === "net" || family === "shell" || family === "fs.write";
}
