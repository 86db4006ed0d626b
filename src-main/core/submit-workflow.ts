import type { Engine } from "../../app/engine/engine.ts";
import type { EnginePorts } from "../../app/engine/engine-ports.ts";
import type { StartedRun } from "../../app/engine/engine-requests.ts";
import { pinDefinition } from "../../app/validation/pin-definition.ts";
import { checkWorkflow } from "./check-workflow.ts";
import type { WorkflowSubmission } from "./core.ts";

export interface SubmissionPorts extends Pick<EnginePorts, "registry" | "secrets" | "digest"> {
  readonly engine: Engine;
}

/** Validates a workflow, pins it by its content, and starts a run of it. Throws `InvalidWorkflow`. */
export async function submitWorkflow(
  ports: SubmissionPorts,
  submission: WorkflowSubmission,
): Promise<StartedRun> {
  const { engine, registry, secrets, digest } = ports;
  const { source, definition, grants } = await checkWorkflow({ ...submission, registry, secrets });
  const { input, actor, requestKey, accessMode, baseDir } = submission;
  const types = registry.list().map(({ type, version }) => [type, version] as const);
  return engine.startRun({
    definition: pinDefinition({
      source,
      definition,
      nodeTypeVersions: Object.fromEntries(types),
      sha256: (text) => digest(text).sha256,
    }),
    input,
    grants,
    folder: baseDir,
    actor,
    ...(requestKey === undefined ? {} : { requestKey }),
    ...(accessMode === undefined ? {} : { accessMode }),
  });
}
