import { checkBudget } from "./budget-stage.ts";
import { checkCapabilities } from "./capability-stage.ts";
import { checkCredentials } from "./credential-stage.ts";
import { checkGraph } from "./graph-stage.ts";
import type { Problem } from "./problem.ts";
import { checkSchemas } from "./schema-stage.ts";
import type { Validation } from "./validation.ts";

/**
 * Everything that can be found wrong before a run: schema, graph, capability, credential, budget. A
 * stage runs when the earlier ones found nothing; at most 100 problems are told. Empty = valid.
 */
export function validateWorkflow(validation: Validation): readonly Problem[] {
  const schemaProblems = checkSchemas(validation);
  if (schemaProblems.length > 0) return schemaProblems;
  const { problems: graphProblems, compiled } = checkGraph(validation);
  if (graphProblems.length > 0) return graphProblems;
  const capabilityProblems = checkCapabilities(validation, compiled);
  if (capabilityProblems.length > 0) return capabilityProblems;
  const credentialProblems = checkCredentials(validation, compiled);
  if (credentialProblems.length > 0) return credentialProblems;
  return checkBudget(validation);
}
