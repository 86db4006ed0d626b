import { secretNameOf } from "../expression/template.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import { appendPointer } from "../model/json-pointer.ts";
import type { CompiledDefinition } from "./compile-definition.ts";
import {
  createProblemList,
  showNames,
  showValue,
  type Problem,
  type ProblemList,
} from "./problem.ts";
import type { Validation } from "./validation.ts";

/** Every secret that is used is declared, every declared one has a value. Declaring one is enough. */
export function checkCredentials(
  validation: Validation,
  compiled: CompiledDefinition,
): readonly Problem[] {
  const { definition } = validation;
  const list = createProblemList({ stage: "credential", file: validation.file });
  for (const [index, node] of definition.nodes.entries()) {
    if (list.isFull) break;
    if (!mentionsSecrets(node.with)) continue;
    for (const use of secretsIn(node.with, `/nodes/${index}/with`)) {
      checkUse(list, { use, nodeId: node.id, declared: definition.secrets });
    }
  }
  if ((compiled.output?.secretNames.length ?? 0) > 0) {
    list.add({
      code: "SECRET_IN_OUTPUT",
      pointer: "/output",
      message: "a secret cannot be part of the run's output",
      found: `{"$secret":…}`,
      expected: "an output without secrets",
    });
  }
  for (const [index, name] of definition.secrets.entries()) {
    if (validation.hasSecret(name)) continue;
    list.add({
      code: "SECRET_MISSING",
      pointer: `/secrets/${index}`,
      message: "this secret has no value on this machine",
      found: `"${name}"`,
      expected: `handshake secret set ${name}, or HANDSHAKE_SECRET_${name} in the environment`,
    });
  }
  return list.problems;
}

/** Somebody wrote `$secret`: well or badly. */
interface SecretUse {
  readonly pointer: string;
  /** Null when it is not exactly `{"$secret":"NAME"}`. */
  readonly name: string | null;
  readonly value: JsonValue;
}

function checkUse(
  list: ProblemList,
  checked: {
    readonly use: SecretUse;
    readonly nodeId: string;
    readonly declared: readonly string[];
  },
): void {
  const { use, nodeId, declared } = checked;
  const { pointer, name, value } = use;
  if (name === null) {
    list.add({
      code: "SECRET_REFERENCE",
      pointer,
      nodeId,
      message: "this is no reference to a secret",
      found: showValue(value),
      expected: '{"$secret":"NAME"} with nothing beside it',
    });
  } else if (!declared.includes(name)) {
    list.add({
      code: "SECRET_UNDECLARED",
      pointer,
      nodeId,
      message: "the workflow does not declare this secret",
      found: `"${name}"`,
      expected:
        declared.length === 0
          ? `"${name}" in "secrets"`
          : `"${name}" in "secrets", or ${showNames(declared)}`,
      nearestTo: { name, known: declared },
    });
  }
}

function mentionsSecrets(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "$secret") || Object.values(value).some(mentionsSecrets);
}

function secretsIn(value: JsonValue, pointer: string): readonly SecretUse[] {
  if (typeof value !== "object" || value === null) return [];
  if (isJsonObject(value) && Object.hasOwn(value, "$secret")) {
    return [{ pointer, name: secretNameOf(value), value }];
  }
  return Object.entries(value).flatMap(([key, member]: [string, JsonValue]) =>
    secretsIn(member, appendPointer(pointer, key)),
  );
}
