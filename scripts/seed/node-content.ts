import { hash } from "node:crypto";
import { encodeJson } from "../../app/model/encode-json.ts";
import type { JsonValue, Payload } from "../../app/model/json.ts";
import type { Question, ReplayClass } from "../../app/model/node-execution.ts";
import type { WorkflowNode } from "../../app/model/workflow-definition.ts";
import type { NodeStory } from "./story.ts";

export interface Turn {
  readonly name: string;
  readonly thinkMs: number;
  readonly say: string;
}

/** The scripted turns of an agent; none for other nodes. */
export function turnsOf(node: WorkflowNode): readonly Turn[] {
  const turns = node.with["turns"];
  if (node.type !== "agent.scripted" || !Array.isArray(turns)) return [];
  return (turns as readonly JsonValue[]).flatMap((turn) => {
    if (typeof turn !== "object" || turn === null || !("name" in turn)) return [];
    const { name, thinkMs, say } = turn;
    return [{ name: textOf(name), thinkMs: Number(thinkMs ?? 0), say: textOf(say) }];
  });
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

export function replayOf(node: WorkflowNode): ReplayClass {
  if (node.replay !== undefined) return node.replay;
  if (node.type === "agent.scripted") return "idempotent";
  return node.type === "http.request" || node.type === "file.write" ? "external" : "pure";
}

/** The node's input as it stands in its file: expressions are shown evaluated to what they are about. */
export function inputOf(node: WorkflowNode): JsonValue {
  return resolved(node.with);
}

function resolved(value: JsonValue): JsonValue {
  if (typeof value === "string") return value.startsWith("=") ? textFor(value) : value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(resolved);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member)]));
}

function textFor(expression: string): JsonValue {
  if (expression.includes("invoices/")) return "https://books.example/invoices/2026-1184";
  if (expression.endsWith(".turns")) return [{ claim: "exactly once", found: "at least once" }];
  if (expression.includes("items")) return [{ title: "A page worth keeping", score: 42 }];
  if (expression.includes("customer")) return "Ada Nordström";
  if (expression.includes("turns[0]")) return "Nordlicht Druckerei GmbH";
  return "Two releases, one outage, two essays.";
}

/** What a node of this type answers. */
export function outputOf(node: WorkflowNode, story: NodeStory): JsonValue {
  switch (node.type) {
    case "agent.scripted": {
      const turns = turnsOf(node);
      return {
        turns: turns.map(({ name, say }) => ({ name, say, tool: null, output: null })),
        text: turns.map(({ say }) => say).join("\n"),
      };
    }
    case "http.request":
      return {
        status: 200,
        headers: { "content-type": "application/json", etag: '"5f2c1a"' },
        bodyEncoding: "json",
        body: { items: itemsOf(story.payloadBytes ?? 600) },
      };
    case "file.write":
      return { path: `/home/ada/${textOf(node.with["path"])}`, bytes: 4_812 };
    default:
      return resolved(node.with["value"] ?? null);
  }
}

const titles = [
  "SQLite 4 is out",
  "Why our queue lost eleven jobs on a Sunday",
  "What fsync promises, and to whom",
  "An outage, minute by minute",
  "Retries considered carefully",
];

/** A list of news about as long as asked for. */
function itemsOf(bytes: number): JsonValue {
  const count = Math.max(3, Math.round(bytes / 190));
  return Array.from({ length: count }, (_, index) => ({
    id: 48_210 + index,
    title: titles[index % titles.length] ?? "",
    url: `https://news.example/items/${48_210 + index}`,
    score: (index * 37) % 211,
    author: { name: index % 2 === 0 ? "Ada" : "Grace", verified: index % 3 === 0 },
  }));
}

export function questionOf(node: WorkflowNode, input: Payload): Question | null {
  if (node.type === "approval") {
    return {
      kind: "approval",
      text: textOf(node.with["question"]).replace(/^='|'$/g, ""),
      answerSchema: node.with["schema"] ?? {
        type: "object",
        required: ["approved"],
        properties: { approved: { type: "boolean" } },
      },
    };
  }
  if (node.sensitive !== true) return null;
  return {
    kind: "confirmation",
    text: `May "${node.name ?? node.id}" (${node.type}) run with this input?`,
    inputSha256: input.sha256,
  };
}

export function unknownOutcomeOf(node: WorkflowNode, why: string): Question {
  return {
    kind: "unknown_outcome",
    text: `"${node.name ?? node.id}" (${node.type}) may or may not have taken effect: ${why} Run it again, supply its output, or mark it as done?`,
  };
}

/** Many payloads are the same text, and hashing is what seeding spends its time on. */
const known = new Map<string, Payload>();

export function payloadOf(value: JsonValue): Payload {
  const text = encodeJson(value);
  const before = known.get(text);
  if (before !== undefined) return before;
  const payload = { text, sha256: hash("sha256", text, "hex"), bytes: Buffer.byteLength(text) };
  if (text.length < 4_000 && known.size < 5_000) known.set(text, payload);
  return payload;
}
