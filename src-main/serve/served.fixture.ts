import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkflowChoice } from "../../app/contract/workflow-choice.ts";
import type { CoreThreadPort } from "../core/start-core-thread.ts";
import { serve, type Served } from "./serve.ts";
import { exchangeToken, openTab, type Tab } from "./tab.fixture.ts";

// For tests: browser mode in this process, on a data folder of its own.

export interface ServedBed {
  readonly folder: string;
  readonly data: string;
  readonly screens: string;
  readonly served: Served;
  readonly origin: string;
  readonly coreThreads: readonly CoreThreadPort[];
  tab(): Promise<Tab>;
  close(): Promise<void>;
}

export async function serveBed(
  options: {
    readonly port?: number;
    readonly now?: () => number;
    readonly folder?: string;
    readonly showFolder?: (folder: string) => void;
  } = {},
): Promise<ServedBed> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "handshake-serve-"));
  const data = join(folder, "data");
  const screens = join(folder, "screens");
  mkdirSync(join(screens, "assets"), { recursive: true });
  writeFileSync(
    join(screens, "index.html"),
    "<!doctype html><html lang=en><title>Handshake</title>",
  );
  writeFileSync(join(screens, "assets", "main-1a2b3c.js"), "export {};");
  writeFileSync(join(folder, "outside.txt"), "outside");
  const coreThreads: CoreThreadPort[] = [];
  const served = await serve({
    dataFolder: { path: data, isDefault: false },
    port: options.port ?? null,
    workFolder: join(folder, "work"),
    screens,
    // Never on the desktop of whoever runs the tests.
    showFolder: options.showFolder ?? null,
    onCoreThread: (thread) => coreThreads.push(thread),
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  const origin = `http://127.0.0.1:${served.port}`;
  return {
    folder,
    data,
    screens,
    served,
    origin,
    coreThreads,
    tab: async () => openTab(origin, await exchangeToken(served.newAddress())),
    async close() {
      await served.close({ drainMs: 0 });
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A workflow as a person would open it. */
export function workflowText(parts: {
  readonly id: string;
  readonly nodes: readonly object[];
  readonly edges?: readonly (readonly [from: string, to: string])[];
  readonly more?: object;
}): Extract<WorkflowChoice, { from: "text" }> {
  const { id, nodes, edges = [], more = {} } = parts;
  const definition = {
    formatVersion: 1,
    id,
    name: `The ${id}`,
    version: 1,
    nodes,
    edges: edges.map(([from, to]) => ({ from, to })),
    ...more,
  };
  const text = JSON.stringify(definition);
  return { from: "text", text, fileName: `${id}.json`, path: null };
}

export const quick = workflowText({
  id: "quick",
  nodes: [
    { id: "one", type: "transform", name: "Add", with: { value: "=1 + 1" } },
    { id: "two", type: "transform", with: { value: "=nodes.one.output * 2" } },
  ],
  edges: [["one", "two"]],
  more: { output: "=nodes.two.output" },
});

/** A saved step, an agent with a saved turn that never ends by itself, and a step behind it. */
export const endless = workflowText({
  id: "endless",
  nodes: [
    { id: "first", type: "transform", with: { value: "done" } },
    {
      id: "middle",
      name: "Think long",
      type: "agent.scripted",
      with: {
        turns: [
          { name: "said", say: "working" },
          { name: "thinks", thinkMs: 3_600_000 },
        ],
      },
    },
    { id: "last", type: "transform", with: { value: "=nodes.first.output" } },
  ],
  edges: [
    ["first", "middle"],
    ["middle", "last"],
  ],
});

export const asks = workflowText({
  id: "asks",
  nodes: [
    { id: "ok", type: "approval", with: { question: "Go on?" } },
    { id: "then", type: "transform", with: { value: "=nodes.ok.output.approved" } },
  ],
  edges: [["ok", "then"]],
  more: { output: "=nodes.then.output" },
});
