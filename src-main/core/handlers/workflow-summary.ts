import type { WorkflowSummary } from "../../../app/contract/workflows.ts";
import { canonicalJson } from "../../../app/model/canonical-json.ts";
import {
  describeCapability,
  parseCapability,
  resolveCapability,
} from "../../../app/model/capability.ts";
import type { JsonValue } from "../../../app/model/json.ts";
import type { WorkflowDefinition } from "../../../app/model/workflow-definition.ts";
import { parseWorkflow } from "../../../app/validation/parse-workflow.ts";
import type { Problem } from "../../../app/validation/problem.ts";
import { validateWorkflow } from "../../../app/validation/validate-workflow.ts";
import { SecretSourceError } from "../../secrets/secret-source.ts";
import { titleOf } from "../reading/node-names.ts";
import type { ChosenWorkflow } from "./chosen-workflow.ts";
import type { HandlerParts } from "./handler.ts";

/** What the start sheet shows: everything that is wrong, and what the workflow is and wants. */
export async function inspectWorkflow(
  parts: HandlerParts,
  workflow: ChosenWorkflow,
): Promise<{ readonly problems: Problem[]; readonly summary: WorkflowSummary | null }> {
  const { registry } = parts;
  const { text, file, baseDir } = workflow;
  const parsed = parseWorkflow({ text, file });
  if (!parsed.ok) return { problems: [...parsed.problems], summary: null };
  const { definition, source } = parsed;
  const problems = validateWorkflow({
    file,
    definition,
    registry,
    grants: null,
    input: undefined,
    // A missing secret is no problem of the file: the sheet has a field for it.
    hasSecret: () => true,
    accessMode: "apply_scoped",
    baseDir,
  });
  return { problems: [...problems], summary: await summaryOf(parts, workflow, definition, source) };
}

async function summaryOf(
  parts: HandlerParts,
  { baseDir }: ChosenWorkflow,
  definition: WorkflowDefinition,
  source: JsonValue,
): Promise<WorkflowSummary> {
  const { digest, grants, reads } = parts;
  const { sha256: definitionHash } = digest(canonicalJson(source));
  const remembered = grants.ofVersion(definitionHash);
  const ofOthers = grants.list().filter(({ workflowId }) => workflowId === definition.id);
  return {
    workflowId: definition.id,
    definitionHash,
    name: titleOf(definition.name),
    description: definition.description ?? null,
    version: definition.version,
    steps: definition.nodes.length,
    baseDir,
    capabilities: definition.capabilities.flatMap((text) => {
      const parsed = parseCapability(text);
      if (!parsed.ok) return [];
      const { capability } = parsed;
      return {
        capability: text,
        family: capability.family,
        // With the folder that is really meant, not the `.` of the file.
        words: titleOf(describeCapability(resolveCapability(capability, baseDir))),
        isRemembered: remembered.has(text),
      };
    }),
    secrets: await Promise.all(
      definition.secrets.map(async (name) => ({ name, isPresent: await hasSecret(parts, name) })),
    ),
    inputSchema: definition.input ?? null,
    lastInput: await reads.lastInput(definition.id),
    isChangedSinceGrant: ofOthers.length > 0 && remembered.size === 0,
  };
}

async function hasSecret({ secretDesk }: HandlerParts, name: string): Promise<boolean> {
  try {
    return await secretDesk.source.has(name);
  } catch (error) {
    // A keyring that cannot be reached has nothing for us.
    if (error instanceof SecretSourceError) return false;
    throw error;
  }
}
