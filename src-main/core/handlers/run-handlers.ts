import { limits } from "../../../app/contract/limits.ts";
import { sliceText } from "../reading/read-payload.ts";
import { RequestError } from "../request-error.ts";
import type { Handlers, HandlerParts } from "./handler.ts";

type Names =
  | "run.get"
  | "run.nodes"
  | "run.outline"
  | "run.gaps"
  | "run.skipped"
  | "run.events"
  | "run.attempts"
  | "run.payload.slice"
  | "run.logs"
  | "run.export"
  | "export.slice";

/** JSON doubles what it escapes: half a piece of text is at most a piece on the way. */
const exportPiece = limits.pieceBytes / 2;

export function runHandlers({ reads, exports }: HandlerParts): Handlers<Names> {
  return {
    "run.get": async (query) => (await reads.wholeRun(query)) ?? noRun(query.runId),
    "run.nodes": (query) => reads.nodesPage(query),
    "run.outline": async (query) => (await reads.outline(query)) ?? noRun(query.runId),
    "run.skipped": async ({ runId }) => ({ nodePaths: await reads.skippedNodes(runId) }),
    "run.gaps": async ({ runId }) => ({ gaps: await reads.gaps(runId) }),
    "run.events": (query) => reads.eventsPage(query),
    "run.attempts": ({ nodeExecutionId }) => reads.attempts(nodeExecutionId),
    "run.payload.slice": (query) => reads.payloadSlice(query),
    "run.logs": (query) => reads.logsPage(query),
    "run.export": async ({ runId, nodeExecutionId }) => {
      const file = (await reads.exportRun(runId, nodeExecutionId)) ?? noRun(runId);
      return { ...exports.put(file), fileName: file.fileName };
    },
    "export.slice": async ({ exportId, offset }) => {
      const bytes = exports.get(exportId);
      if (bytes === null) {
        throw new RequestError("NOT_FOUND", "This export is not kept any more. Export again.");
      }
      const { text, next } = sliceText(bytes, { offset, length: exportPiece });
      return { text, next };
    },
  };
}

function noRun(runId: string): never {
  throw new RequestError("NOT_FOUND", `There is no run ${runId}, or no such step of it.`);
}
