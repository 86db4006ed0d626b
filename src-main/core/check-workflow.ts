import type { SecretPort } from "../../app/engine/engine-ports.ts";
import { parseCapability, resolveCapability } from "../../app/model/capability.ts";
import type { AccessMode } from "../../app/model/job.ts";
import type { JsonValue } from "../../app/model/json.ts";
import type { WorkflowDefinition } from "../../app/model/workflow-definition.ts";
import { parseWorkflow } from "../../app/validation/parse-workflow.ts";
import { validateWorkflow } from "../../app/validation/validate-workflow.ts";
import type { Validation } from "../../app/validation/validation.ts";
import { SecretSourceError } from "../secrets/secret-source.ts";
import { InvalidWorkflow } from "./invalid-workflow.ts";

export interface WorkflowToCheck {
  readonly text: string;
  /** For messages. */
  readonly file: string;
  /** Undefined, and `grants` null: only the file itself is checked. */
  readonly input: JsonValue | undefined;
  readonly grants: readonly string[] | null;
  readonly accessMode?: AccessMode | undefined;
  /** Absolute: where relative folders in capabilities begin. */
  readonly baseDir: string;
  readonly registry: Validation["registry"];
  /** Null: whether secrets have a value is not asked. */
  readonly secrets: SecretPort | null;
}

export interface CheckedWorkflow {
  /** The JSON as written. */
  readonly source: JsonValue;
  readonly definition: WorkflowDefinition;
  /** What a run of it may do: what the file declares, relative folders also as absolute ones. */
  readonly grants: readonly string[];
}

/** Parses a workflow file and runs the five stages. Throws `InvalidWorkflow` with every problem. */
export async function checkWorkflow(workflow: WorkflowToCheck): Promise<CheckedWorkflow> {
  const { text, file, secrets, baseDir } = workflow;
  const parsed = parseWorkflow({ text, file });
  if (!parsed.ok) throw new InvalidWorkflow(file, parsed.problems);
  const { source, definition } = parsed;
  const known = secrets === null ? null : await knownSecrets(secrets, definition.secrets);
  const problems = validateWorkflow({
    file,
    definition,
    registry: workflow.registry,
    grants: workflow.grants,
    input: workflow.input,
    hasSecret: (name) => known?.has(name) ?? true,
    accessMode: workflow.accessMode ?? "apply_scoped",
    baseDir,
  });
  if (problems.length > 0) throw new InvalidWorkflow(file, problems);
  return { source, definition, grants: grantsFor(definition, baseDir) };
}

async function knownSecrets(secrets: SecretPort, names: readonly string[]): Promise<Set<string>> {
  const values = await Promise.all(names.map((name) => valueOrNull(secrets, name)));
  return new Set(names.filter((_, index) => values[index] !== null));
}

// A keyring that cannot be reached has nothing for us; the problem says what to do instead.
async function valueOrNull(secrets: SecretPort, name: string): Promise<string | null> {
  try {
    return await secrets.get(name);
  } catch (error) {
    if (error instanceof SecretSourceError) return null;
    throw error;
  }
}

// What was granted covers what is declared (the capability stage), and a run needs no more than that.
function grantsFor(definition: WorkflowDefinition, baseDir: string): string[] {
  const resolved = definition.capabilities.flatMap((text) => {
    const parsed = parseCapability(text);
    return parsed.ok ? [text, resolveCapability(parsed.capability, baseDir).text] : [];
  });
  return [...new Set(resolved)];
}
