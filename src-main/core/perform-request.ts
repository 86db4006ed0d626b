import type { StartedRun } from "../../app/engine/engine-requests.ts";
import type { Actor } from "../../app/model/actor.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { Core } from "./core.ts";
import type { CoreRequest } from "./core-request.ts";
import { requireRun } from "./find-run.ts";

/** The run that goes on (or ended), and its newest event from before the request. */
export interface PerformedRequest extends StartedRun {
  readonly lastSeq: number;
}

/** Does what was asked and resolves when that is committed. */
export async function performRequest(
  core: Core,
  request: CoreRequest,
  actor: Actor,
): Promise<PerformedRequest> {
  if (request.do === "run") {
    const { do: _, accessMode, input = {}, ...workflow } = request;
    const access = accessMode === undefined ? {} : { accessMode };
    return newRun(await core.submitWorkflow({ ...workflow, ...access, input, actor }));
  }
  const { engine, storage } = core;
  const run = await requireRun(storage, request.run);
  const { runId } = run;
  switch (request.do) {
    case "resume": {
      const { decisions, confirmPoisoned } = request;
      if (needsNoResume(core, run)) return sameRun(run);
      await engine.resumeRun({ runId, actor, decisions, confirmPoisoned });
      return sameRun(run);
    }
    case "cancel":
      await engine.cancelRun({ runId, actor, ...reasonOf(request) });
      return sameRun(run);
    case "fail":
      await engine.failRun({ runId, actor, ...reasonOf(request) });
      return sameRun(run);
    case "answer":
      await engine.answer({ runId, node: request.node, answer: request.answer, actor });
      return sameRun(run);
    case "retry":
      return newRun(await engine.retryRun({ runId, actor }));
    case "rerun":
      return newRun(await engine.rerun({ runId, actor }));
    case "fork": {
      const { node, input } = request;
      return newRun(
        await engine.forkRun({ runId, node, actor, ...(input === undefined ? {} : { input }) }),
      );
    }
  }
}

/** It only waits for its timer, or this start's policy has resumed it: all that is left is to follow. */
function needsNoResume({ policies }: Core, { runId, status, wakeAt }: WorkflowRun): boolean {
  const isByPolicy = policies.some((done) => done.runId === runId && done.outcome === "resumed");
  return status === "queued" && (wakeAt !== null || isByPolicy);
}

function newRun(started: StartedRun): PerformedRequest {
  return { ...started, lastSeq: 0 };
}

function sameRun({ runId, jobId, lastSeq }: WorkflowRun): PerformedRequest {
  return { runId, jobId, created: false, lastSeq };
}

function reasonOf({ reason }: { readonly reason?: string | undefined }) {
  return reason === undefined ? {} : { reason };
}
