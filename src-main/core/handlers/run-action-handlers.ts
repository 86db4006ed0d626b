import { mkdirSync } from "node:fs";
import { timestamp } from "../../../app/engine/clock.ts";
import type { RunRow } from "../../../app/contract/run-row.ts";
import { canonicalJson } from "../../../app/model/canonical-json.ts";
import { parseWorkflow } from "../../../app/validation/parse-workflow.ts";
import { RequestError } from "../request-error.ts";
import { chosenWorkflow, type ChosenWorkflow } from "./chosen-workflow.ts";
import type { Handlers, HandlerParts } from "./handler.ts";

type Names =
  | "run.start"
  | "run.resume"
  | "run.cancel"
  | "run.fail"
  | "run.answer"
  | "run.retry"
  | "run.rerun"
  | "run.fork"
  | "run.annotate";

/** What a person does with runs: the engine decides, the answer is read after its commit. */
export function runActionHandlers(parts: HandlerParts): Handlers<Names> {
  const { core, reads, putOff, workFolder } = parts;
  const { engine } = core;

  async function changed(runId: string): Promise<{ run: RunRow }> {
    const [run] = await reads.runRows([runId]);
    if (run !== undefined) return { run };
    throw new RequestError("NOT_FOUND", `There is no run ${runId}.`);
  }

  return {
    "run.start": async (request, { actor }) => {
      const workflow = chosenWorkflow(parts, request.workflow);
      const { input, grants, remember, accessMode, requestKey } = request;
      if (workflow.baseDir === workFolder && grants.some(needsFolder)) {
        mkdirSync(workFolder, { recursive: true });
      }
      const { text, file, baseDir } = workflow;
      const started = await core.submitWorkflow({
        text,
        file,
        baseDir,
        input,
        grants,
        actor,
        accessMode,
        requestKey,
      });
      if (remember) rememberGrants(parts, workflow, grants);
      return started;
    },
    "run.resume": async ({ runId, decisions, confirmPoisoned }, { actor }) => {
      await engine.resumeRun({ runId, actor, decisions, confirmPoisoned });
      putOff.forget(runId);
      return changed(runId);
    },
    "run.cancel": async ({ runId, reason }, { actor }) => {
      await engine.cancelRun({ runId, actor, ...(reason === undefined ? {} : { reason }) });
      return changed(runId);
    },
    "run.fail": async ({ runId, reason }, { actor }) => {
      await engine.failRun({ runId, actor, ...(reason === undefined ? {} : { reason }) });
      return changed(runId);
    },
    "run.answer": async ({ runId, node, answer }, { actor }) => {
      await engine.answer({ runId, node, answer, actor });
      return changed(runId);
    },
    "run.retry": ({ runId }, { actor }) => engine.retryRun({ runId, actor }),
    "run.rerun": ({ runId }, { actor }) => engine.rerun({ runId, actor }),
    "run.fork": ({ runId, node, input }, { actor }) =>
      engine.forkRun({ runId, node, actor, ...(input === undefined ? {} : { input }) }),
    "run.annotate": async ({ runId, pinned, tags }, { actor }) => {
      await engine.annotateRun({
        runId,
        actor,
        ...(pinned === undefined ? {} : { pinned }),
        ...(tags === undefined ? {} : { tags }),
      });
      return changed(runId);
    },
  };
}

/** Programs are started in it, and relative paths begin in it. */
function needsFolder(capability: string): boolean {
  return /^(?:fs\.(?:read|write)|shell):/.test(capability);
}

function rememberGrants(
  { grants: remembered, digest, now }: HandlerParts,
  { text, file }: ChosenWorkflow,
  grants: readonly string[],
): void {
  const parsed = parseWorkflow({ text, file });
  if (!parsed.ok) return;
  const { definition, source } = parsed;
  const { sha256: definitionHash } = digest(canonicalJson(source));
  remembered.add(
    grants.map((capability) => ({
      definitionHash,
      workflowId: definition.id,
      workflowName: definition.name,
      capability,
      grantedAt: timestamp(now()),
    })),
  );
}
