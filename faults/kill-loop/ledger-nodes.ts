import { setTimeout as pause } from "node:timers/promises";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeContext, NodeType } from "../../app/engine/node-registry.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import type { CallLedger } from "./call-ledger.ts";

export interface LedgerNodes {
  readonly ledger: CallLedger;
  /** After the engine said that a sub-step is recorded. */
  readonly onSubStep: (recorded: RecordedSubStep) => void;
}

export interface RecordedSubStep {
  readonly runId: string;
  readonly nodePath: string;
  readonly name: string;
  readonly n: number;
  readonly value: JsonValue;
}

/** Node types whose every call leaves a line in the ledger before it returns. */
export function ledgerNodeTypes(ports: LedgerNodes): readonly NodeType[] {
  return [
    nodeType(ports, {
      type: "ledger.work",
      description: "Adds up in recorded sub-steps: `turns` times, `by` each, from `from`.",
      properties: { turns: { type: "number" }, by: { type: "number" }, from: { type: "number" } },
      execute: (input, context) => work(ports, input, context),
    }),
    nodeType(ports, {
      type: "ledger.flaky",
      description: "Fails in its first attempts.",
      properties: { fails: { type: "number" } },
      execute(input, context) {
        if (context.attempt <= numberOf(input, "fails")) {
          throw new HandlerError("BUSY", "The service is busy.");
        }
        return "at last";
      },
    }),
    nodeType(ports, {
      type: "ledger.external",
      description: "An effect on the world that nothing can undo.",
      defaultReplay: "external",
      properties: {},
      execute: () => "sent",
    }),
    nodeType(ports, {
      type: "ledger.large",
      description: "A result that does not fit into a row.",
      properties: { bytes: { type: "number" } },
      execute: (input) => "large ".repeat(Math.ceil(numberOf(input, "bytes") / 6)),
    }),
  ];
}

interface Declared extends Pick<NodeType, "type" | "description" | "execute"> {
  readonly properties: Readonly<Record<string, JsonObject>>;
  readonly defaultReplay?: NodeType["defaultReplay"];
}

function nodeType({ ledger }: LedgerNodes, declared: Declared): NodeType {
  const { type, description, properties, defaultReplay = "idempotent" } = declared;
  return {
    type,
    description,
    version: 1,
    inputSchema: {
      type: "object",
      additionalProperties: false,
      properties: { ...properties, pauseMs: { type: "number" } },
    },
    outputSchema: {},
    defaultReplay,
    sensitive: false,
    families: [],
    capabilitiesOf: () => [],
    defaultPlacement: "any",
    kind: "handler",
    async execute(input, context) {
      const { runId, nodePath, attempt, idempotencyKey } = context;
      ledger.append({ call: "handler", runId, nodePath, attempt, idempotencyKey });
      const pauseMs = numberOf(input, "pauseMs");
      if (pauseMs > 0) await pause(pauseMs);
      return declared.execute(input, context);
    },
  };
}

async function work(
  { ledger, onSubStep }: LedgerNodes,
  input: JsonObject,
  context: NodeContext,
): Promise<JsonValue> {
  const { runId, nodePath, attempt } = context;
  let sum = numberOf(input, "from");
  for (let n = 1; n <= numberOf(input, "turns"); n += 1) {
    const name = "turn";
    const before = sum;
    sum = await context.step(name, async ({ idempotencyKey }) => {
      ledger.append({ call: "sub-step", runId, nodePath, attempt, idempotencyKey, name, n });
      await pause(numberOf(input, "pauseMs"));
      return before + numberOf(input, "by");
    });
    onSubStep({ runId, nodePath, name, n, value: sum });
  }
  return { sum };
}

function numberOf(input: JsonObject, name: string): number {
  const value = input[name];
  return typeof value === "number" ? value : 0;
}
