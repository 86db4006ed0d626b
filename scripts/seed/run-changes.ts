import { nodeExecutionIdOf } from "../../app/model/execution-id.ts";
import type { Change } from "../../app/storage/change.ts";
import { payloadOf, replayOf } from "./node-content.ts";
import type { Part } from "./node-part.ts";
import type { RunStory } from "./story.ts";

export const engine = { kind: "engine" } as const;
export const human = { kind: "human", via: "app" } as const;

/** The changes of one played run, as an engine writes them; sequences are given in order. */
export function runChanges(
  story: RunStory,
  ids: { readonly runId: string; readonly newUuid: () => string },
) {
  const { hash, resolved } = story.definition;
  const { runId } = ids;
  let sequence = 0;

  function idOf(part: Part): string {
    return nodeExecutionIdOf(runId, part.sequence);
  }

  function identity(part: Part) {
    return {
      nodeExecutionId: idOf(part),
      sequence: part.sequence,
      nodePath: part.node.id,
      iterationPath: "",
    };
  }

  return {
    idOf,
    creation: (): Change[] => [
      {
        change: "createRun",
        actor: human,
        jobId: ids.newUuid(),
        traceId: ids.newUuid(),
        jobKind: "workflow",
        existingJob: false,
        workflowId: resolved.id,
        workflowName: resolved.name,
        definitionHash: hash,
        keyScope: runId,
        input: payloadOf(story.input),
        trigger: { kind: "manual" },
        parentRunId: null,
        forkedFromRunId: null,
        grants: story.grants,
        accessMode: "apply_scoped",
        onInterrupted: resolved.onInterrupted,
        nodesTotal: resolved.nodes.length,
      },
      ...resolved.capabilities.map((capability): Change => ({
        change: "capabilityChecked",
        capability,
        allowed: true,
        rule: capability,
        actor: human,
      })),
    ],
    created: (part: Part) => {
      sequence += 1;
      part.sequence = sequence;
      return {
        change: "createNode",
        actor: engine,
        ...identity(part),
        nodeType: part.node.type,
        replay: replayOf(part.node),
        generation: 0,
      } as const;
    },
    nodeChange: <From extends string, To extends string>(part: Part, from: From, to: To) =>
      ({ change: "nodeStatus", actor: engine, ...identity(part), from, to }) as const,
    /** The edges that its end takes. */
    taken: ({ node, fate, story: of }: Part): number[] =>
      resolved.edges.flatMap((edge, index) => {
        if (edge.from !== node.id) return [];
        if (edge.on !== "always" && (edge.on === "error") !== (fate === "failed")) return [];
        return edge.when === undefined || of.isTaken !== false ? [index] : [];
      }),
  };
}

export type RunChanges = ReturnType<typeof runChanges>;
