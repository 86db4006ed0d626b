import { setTimeout as sleep } from "node:timers/promises";
import type { NodeContext, NodeType } from "../../app/engine/node-registry.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import { isJsonObject } from "../../app/model/json.ts";
import { appendChecked, readChecked } from "./checked-file.ts";
import { checkPath, type FileAccess } from "./checked-path.ts";
import { literalPathCapability } from "./literal-path-capability.ts";
import { getInteger, getText, invalidInput, requireText } from "./node-input.ts";

const longestThinkMs = 3_600_000;
const largestLedgerBytes = 70_000_000;
const keyPlace = "{key}";

/**
 * An agent that acts out a script, for samples and demonstrations without a model. Each turn is one
 * recorded sub-step: an interrupted agent goes on after its last recorded turn.
 *
 * A turn's tool adds a line to a file, an effect outside the database that can be counted. A kill
 * between that effect and its record repeats the turn; a line with `{key}` in it, which stands for the
 * turn's idempotency key, is then not added a second time.
 */
export function agentScripted(access: FileAccess): NodeType {
  return {
    type: "agent.scripted",
    description: "Acts out the turns of an agent from a script, without a model.",
    version: 1,
    inputSchema,
    outputSchema,
    defaultReplay: "idempotent",
    sensitive: false,
    families: ["fs.write"],
    capabilitiesOf: (node, folder) =>
      literalLedgers(node.with["turns"]).flatMap((path) =>
        literalPathCapability({ axis: "fs.write", path, access, folder }),
      ),
    defaultPlacement: "thisMachine",
    kind: "handler",
    async execute(input, context) {
      const turns = readTurns(input);
      const done: JsonObject[] = [];
      for (const turn of turns) {
        context.signal.throwIfAborted();
        done.push(
          await context.step(turn.name, ({ idempotencyKey }) =>
            takeTurn({ turn, idempotencyKey, access, context }),
          ),
        );
        context.progress(done.length / turns.length, turn.name);
      }
      return {
        turns: done,
        text: turns.flatMap(({ say }) => (say === null ? [] : [say])).join("\n"),
      };
    },
  };
}

interface Turn {
  readonly name: string;
  readonly thinkMs: number;
  readonly say: string | null;
  readonly tool: { readonly appendTo: string; readonly line: string } | null;
  readonly tokens: number;
  readonly output: JsonValue;
}

async function takeTurn(options: {
  readonly turn: Turn;
  readonly idempotencyKey: string;
  readonly access: FileAccess;
  readonly context: NodeContext;
}): Promise<JsonObject> {
  const { turn, context } = options;
  await sleep(turn.thinkMs, undefined, { signal: context.signal });
  if (turn.say !== null) context.log("info", turn.say);
  if (turn.tool !== null) await useTool({ ...options, tool: turn.tool });
  const inputTokens = Math.ceil(turn.tokens / 2);
  context.addMetrics({
    inputTokens,
    outputTokens: turn.tokens - inputTokens,
    totalTokens: turn.tokens,
  });
  return { name: turn.name, say: turn.say, tool: turn.tool, output: turn.output };
}

async function useTool(options: {
  readonly tool: { readonly appendTo: string; readonly line: string };
  readonly idempotencyKey: string;
  readonly access: FileAccess;
  readonly context: NodeContext;
}): Promise<void> {
  const { tool, context } = options;
  const path = await checkPath({
    path: tool.appendTo,
    axis: "fs.write",
    access: options.access,
    context,
  });
  try {
    const line = `${tool.line.replaceAll(keyPlace, options.idempotencyKey)}\n`;
    if (tool.line.includes(keyPlace)) {
      // Made when absent, so that there is something to look into.
      await appendChecked(path, Buffer.alloc(0));
      const ledger = (await readChecked(path, { maxBytes: largestLedgerBytes })).toString("utf8");
      if (`\n${ledger}`.includes(`\n${line}`)) return;
    }
    await appendChecked(path, Buffer.from(line));
  } finally {
    await path.close();
  }
}

function readTurns(input: JsonObject): readonly Turn[] {
  const turns = input["turns"];
  if (!Array.isArray(turns)) throw invalidInput("turns", "a list of turns");
  return turns.map((turn: JsonValue, index) => {
    if (!isJsonObject(turn)) throw invalidInput(`turns/${index}`, "an object");
    const say = getText(turn, "say");
    return {
      name: requireText(turn, "name"),
      thinkMs: getInteger(turn, "thinkMs", { min: 0, max: longestThinkMs, fallback: 0 }),
      say,
      tool: readTool(turn["tool"], index),
      // About four characters a token, as models count English.
      tokens: getInteger(turn, "tokens", {
        min: 0,
        max: 1_000_000_000,
        fallback: Math.ceil((say ?? "").length / 4),
      }),
      output: turn["output"] ?? null,
    };
  });
}

function readTool(tool: JsonValue | undefined, index: number): Turn["tool"] {
  if (tool === undefined || tool === null) return null;
  if (!isJsonObject(tool)) throw invalidInput(`turns/${index}/tool`, "an object");
  return { appendTo: requireText(tool, "appendTo"), line: requireText(tool, "line") };
}

function literalLedgers(turns: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(turns)) return [];
  return turns.flatMap((turn: JsonValue) => {
    const tool = isJsonObject(turn) ? turn["tool"] : undefined;
    return isJsonObject(tool) && tool["appendTo"] !== undefined ? [tool["appendTo"]] : [];
  });
}

const inputSchema: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["turns"],
  properties: {
    turns: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name"],
        properties: {
          name: { type: "string", minLength: 1, maxLength: 200 },
          thinkMs: { type: "integer", minimum: 0, maximum: longestThinkMs, default: 0 },
          say: { type: "string" },
          tool: {
            type: "object",
            additionalProperties: false,
            required: ["appendTo", "line"],
            properties: {
              appendTo: { type: "string", minLength: 1, description: "A file." },
              line: {
                type: "string",
                minLength: 1,
                description: "{key} stands for the turn's idempotency key.",
              },
            },
          },
          tokens: { type: "integer", minimum: 0, description: "Default: a guess from say." },
          output: { description: "Any JSON." },
        },
      },
    },
  },
};

const outputSchema: JsonObject = {
  type: "object",
  required: ["turns", "text"],
  properties: { turns: { type: "array", items: { type: "object" } }, text: { type: "string" } },
};
