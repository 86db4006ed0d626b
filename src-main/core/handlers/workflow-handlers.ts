import { isAbsolute } from "node:path";
import { timestamp } from "../../../app/engine/clock.ts";
import type { LibraryEntry } from "../../../app/contract/workflows.ts";
import { describeCapability, parseCapability } from "../../../app/model/capability.ts";
import type { BundledSample } from "../keeping/samples.ts";
import type { LibraryCopy } from "../keeping/workflow-library.ts";
import { fitPiece } from "../reading/fit-piece.ts";
import { titleOf } from "../reading/node-names.ts";
import { RequestError } from "../request-error.ts";
import { chosenWorkflow } from "./chosen-workflow.ts";
import type { Handlers, HandlerParts } from "./handler.ts";
import { copyOf, libraryEntryOf, readWorkflowAt } from "./library-entry.ts";
import { inspectWorkflow } from "./workflow-summary.ts";

type Names =
  | "workflows.list"
  | "workflows.get"
  | "workflows.add"
  | "workflows.update"
  | "workflows.remove"
  | "workflows.samples"
  | "workflow.inspect";

const shownEntries = 500;

export function workflowHandlers(parts: HandlerParts): Handlers<Names> {
  const { library, samples, reads, now } = parts;

  async function entriesOf(copies: readonly LibraryCopy[]): Promise<LibraryEntry[]> {
    const newest = await reads.newestRuns(copies.map(({ workflowId }) => workflowId));
    return copies.flatMap((copy) => libraryEntryOf(copy, newest[copy.workflowId]) ?? []);
  }

  async function entryOf(copy: LibraryCopy): Promise<LibraryEntry> {
    const [entry] = await entriesOf([copy]);
    if (entry !== undefined) return entry;
    throw new RequestError(
      "BAD_REQUEST",
      `${copy.fileName} cannot be read as a workflow any more.`,
    );
  }

  function requireCopy(workflowId: string): LibraryCopy {
    const copy = library.get(workflowId);
    if (copy !== null) return copy;
    throw new RequestError("NOT_FOUND", `There is no workflow ${workflowId} in the library.`);
  }

  return {
    "workflows.list": async () => {
      const entries = await entriesOf(library.list().slice(0, shownEntries));
      return { entries: fitPiece(entries.toSorted((a, b) => a.name.localeCompare(b.name))) };
    },
    "workflows.get": async ({ workflowId }) => {
      const copy = requireCopy(workflowId);
      return { entry: await entryOf(copy), text: copy.text };
    },
    "workflows.add": async ({ text, fileName, path, replace }) => {
      if (path !== null && !isAbsolute(path)) {
        throw new RequestError("BAD_REQUEST", `"${path}" is not an absolute path.`);
      }
      const copy = copyOf(parts, { text, fileName, path, addedAt: timestamp(now()) });
      const known = library.get(copy.workflowId);
      if (known !== null && known.definitionHash !== copy.definitionHash && !replace) {
        throw new RequestError(
          "CONFLICT",
          `The library has another workflow ${copy.workflowId}, from ${known.fileName}. Replace it?`,
          { details: { workflowId: copy.workflowId, fileName: known.fileName } },
        );
      }
      library.put(copy);
      return { entry: await entryOf(copy) };
    },
    "workflows.update": async ({ workflowId }) => {
      const known = requireCopy(workflowId);
      const text = known.path === null ? null : readWorkflowAt(known.path);
      if (text === null) {
        throw new RequestError(
          "NOT_FOUND",
          `The file of ${workflowId} is not there. Open it anew.`,
        );
      }
      const { fileName, path } = known;
      const copy = copyOf(parts, { text, fileName, path, addedAt: timestamp(now()) });
      if (copy.workflowId !== workflowId) {
        throw new RequestError(
          "CONFLICT",
          `${fileName} holds another workflow now: ${copy.workflowId}. Open it as a new one.`,
        );
      }
      library.put(copy);
      return { entry: await entryOf(copy) };
    },
    "workflows.remove": async ({ workflowId }) => ({ removed: library.remove(workflowId) }),
    "workflows.samples": async () => ({ samples: samples.map(shownSample) }),
    "workflow.inspect": ({ workflow }) => inspectWorkflow(parts, chosenWorkflow(parts, workflow)),
  };
}

function shownSample({ definition, isFirst }: BundledSample) {
  return {
    sampleId: definition.id,
    name: titleOf(definition.name),
    description: definition.description ?? null,
    steps: definition.nodes.length,
    wants: definition.capabilities.flatMap((text) => {
      const parsed = parseCapability(text);
      return parsed.ok ? [describeCapability(parsed.capability)] : [];
    }),
    isFirst,
  };
}
