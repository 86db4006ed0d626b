import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ApiErrorCode } from "./api-error.ts";
import { isRequestName, requests, type RequestName } from "./contract.ts";
import { ClientMessage, CoreMessage } from "./envelope.ts";
import { RunEventLine } from "./run-event.ts";
import { Settings, SettingsChange } from "./settings.ts";
import { Topic } from "./subscriptions.ts";

// Every request of the table is known by its name.
const names = Object.keys(requests) as RequestName[];
const runId = "0190f5e0-0000-7000-8000-000000000000";
const nodeExecutionId = "0190f5e0-0000-7000-8000-000000000001";

/** An input for each request that has members which must be given. */
const inputs: Partial<Record<RequestName, object>> = {
  "run.get": { runId },
  "run.nodes": { runId },
  "run.outline": { runId },
  "run.gaps": { runId },
  "run.skipped": { runId },
  "run.events": { runId },
  "run.attempts": { nodeExecutionId },
  "run.payload.slice": { slot: { of: "run", runId, slot: "input" } },
  "run.logs": { runId },
  "run.export": { runId },
  "export.slice": { exportId: runId },
  "run.start": {
    workflow: { from: "sample", sampleId: "long-report" },
    grants: [],
    requestKey: "press-0001",
  },
  "run.resume": { runId },
  "run.cancel": { runId },
  "run.fail": { runId },
  "run.answer": { runId, node: "ok", answer: { approved: true } },
  "run.retry": { runId },
  "run.rerun": { runId },
  "run.fork": { runId, node: "ok" },
  "run.annotate": { runId },
  "recovery.later": { runIds: [runId] },
  "workflows.get": { workflowId: "digest" },
  "workflows.add": { text: "{}", fileName: "digest.json" },
  "workflows.update": { workflowId: "digest" },
  "workflows.remove": { workflowId: "digest" },
  "workflow.inspect": { workflow: { from: "text", text: "{}", fileName: "x.json" } },
  "settings.set": { change: { theme: "dark" } },
  "secrets.set": { name: "NEWS_KEY", value: "0123456789" },
  "secrets.remove": { name: "NEWS_KEY" },
  "permissions.revoke": { definitionHash: "0".repeat(64), capability: "shell:mail" },
  "data.chooseDatabase": { url: null },
  "data.move": { folder: null },
  "update.act": { action: "check" },
  "diagnostics.export": { parts: ["app"] },
  "log.write": { level: "info", message: "drawn" },
};

describe.each(names)("%s", (name) => {
  const { input, output } = requests[name];
  const given = inputs[name] ?? {};

  test("[S10] takes its input, and what was parsed parses to the same", () => {
    const parsed = input.parse(given);
    expect(input.parse(parsed)).toEqual(parsed);
    expect(input.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  test("[S10] refuses a member that it does not know, in and out", () => {
    expect(input.safeParse({ ...given, surprise: 1 }).success).toBe(false);
    const issues = output.safeParse({ surprise: 1 }).error?.issues ?? [];
    expect(issues.map(({ code }) => code)).toContain("unrecognized_keys");
  });

  test("can be written down as JSON Schema, so that nothing in it is code", () => {
    const schema = z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  });
});

describe("envelope", () => {
  test("names that objects inherit are no requests", () => {
    expect(["toString", "__proto__", "constructor", "run.get"].filter(isRequestName)).toEqual([
      "run.get",
    ]);
  });

  test("a client's messages are exactly six kinds", () => {
    const messages = [
      { kind: "request", id: 1, name: "run.get", input: { runId } },
      { kind: "cancel", id: 1 },
      { kind: "subscribe", id: 2, topic: { topic: "run", runId } },
      { kind: "unsubscribe", id: 2 },
      { kind: "ack", id: 2, rev: 1 },
      { kind: "visibility", hidden: true },
    ];
    expect(messages.map((message) => ClientMessage.parse(message))).toEqual(messages);
    const refused = [
      { kind: "hello", key: "k" },
      { kind: "cancel", id: 1, name: "run.get" },
      { kind: "cancel", id: -1 },
      { kind: "cancel", id: 1.5 },
      { kind: "ack", id: 2, rev: 0 },
      { kind: "subscribe", id: 2, topic: { topic: "runs", limit: 5 } },
      { kind: "visibility", hidden: "yes" },
    ];
    expect(refused.map((message) => ClientMessage.safeParse(message).success)).toEqual(
      refused.map(() => false),
    );
  });

  test("a list that nobody narrowed is watched whole", () => {
    expect(Topic.parse({ topic: "runs" })).toEqual({
      topic: "runs",
      filter: { tab: "all", states: [], workflowId: null, workflowName: null, text: "" },
      runIds: [],
    });
  });

  test("a delta's operations belong to its topic", () => {
    const delta = { kind: "delta", id: 1, fromRev: 1, toRev: 2, topic: "runs" };
    const counts = { op: "counts", counts: {} };
    expect(CoreMessage.safeParse({ ...delta, ops: [counts] }).success).toBe(false);
    expect(CoreMessage.safeParse({ ...delta, ops: [] }).success).toBe(true);
  });

  test("an error has one of the codes of the architecture", () => {
    expect(ApiErrorCode.options).toEqual([
      "BAD_REQUEST",
      "NOT_FOUND",
      "CONFLICT",
      "CANCELLED",
      "TIMEOUT",
      "BUSY",
      "UNAVAILABLE",
      "INTERNAL",
    ]);
  });
});

test("an event's data belongs to its type", () => {
  const event = {
    id: `${runId}/1`,
    runId,
    seq: 1,
    at: "2026-11-01T10:00:00.000Z",
    actor: { kind: "human" },
    epoch: null,
    groupId: "g",
    type: "run.annotated",
    data: { pinned: true },
  };
  expect(RunEventLine.parse(event)).toEqual(event);
  expect(RunEventLine.safeParse({ ...event, data: { from: "queued" } }).success).toBe(false);
  expect(RunEventLine.safeParse({ ...event, type: "run.exploded" }).success).toBe(false);
});

test("every setting can be changed by itself", () => {
  expect(Object.keys(SettingsChange.shape)).toEqual(Object.keys(Settings.shape));
  expect(SettingsChange.parse({})).toEqual({});
});
