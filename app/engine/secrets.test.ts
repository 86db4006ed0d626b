import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

const value = 'p"4ss/word+with=odd&chars';

it("[F3] a secret's value reaches its handler and never the data folder, in any form; a resumed run still has it", async () => {
  const seen: unknown[] = [];
  let hangs = true;
  const leaky = handlerType("leaky", async (input, context) => {
    seen.push(input["token"]);
    context.log("info", `calling with ${value}`);
    context.progress(0.5, value);
    await context.step("call", () => ({ echoed: value }));
    if (hangs) return new Promise<never>(() => undefined);
    return {
      raw: value,
      inside: `before ${value} after`,
      base64: btoa(value),
      url: encodeURIComponent(value),
      json: JSON.stringify({ value }),
    };
  });
  bed = await createEngineBed([leaky], { secrets: { TOKEN: value } });
  const { runId } = await bed.start({
    secrets: ["TOKEN"],
    nodes: [
      { id: "b", type: "leaky", with: { token: { $secret: "TOKEN" } } },
      { id: "c", type: "transform", with: { value: "=nodes.b.output.raw" } },
    ],
    edges: [{ from: "b", to: "c" }],
    output: "=nodes.b.output",
  });
  await bed.until(() => seen.length === 1);
  await bed.clock.advance(1_000);
  await bed.crash();
  hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  await bed.clock.advance(1_000);
  expect(seen).toEqual([value, value]);
  expect(await bed.nodeOutput(runId, "c")).toEqual({ $secret: "TOKEN" });
  const forms = [
    value,
    btoa(value).slice(0, 24),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ];
  for (const name of readdirSync(bed.folder, { recursive: true, encoding: "utf8" })) {
    // The database is open in this process: its bytes are read from a copy made by SQLite.
    if (name.includes(".db") || !name.includes(".")) continue;
    const bytes = readFileSync(join(bed.folder, name), "latin1");
    for (const form of forms) expect(bytes.includes(form), `${form} in ${name}`).toBe(false);
  }
  const copy = await bed.storage.backUp("test");
  for (const name of readdirSync(copy, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".db")) continue;
    const bytes = readFileSync(join(copy, name), "latin1");
    for (const form of forms) expect(bytes.includes(form), `${form} in ${name}`).toBe(false);
  }
});

it("a secret without a value fails the node before it starts, and says what to do", async () => {
  const needs = handlerType("needs", () => 1);
  bed = await createEngineBed([needs]);
  const { runId } = await bed.start({
    secrets: ["TOKEN"],
    nodes: [{ id: "b", type: "needs", with: { token: { $secret: "TOKEN" } } }],
  });
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  expect(await bed.node(runId, "b")).toMatchObject({ error: { code: "SECRET_MISSING" } });
  expect(bed.calls).toEqual([]);
});

it("[C1] a handler that touches what was not granted is refused; allow and deny are recorded", async () => {
  const reaches = handlerType("reaches", async (_input, context) => {
    await context.requireCapability("net:https://good.example");
    await context.requireCapability("net:https://evil.example");
    return 1;
  });
  bed = await createEngineBed([reaches]);
  const { runId } = await bed.start(
    { nodes: [{ id: "b", type: "reaches" }] },
    { grants: ["net:https://good.example"] },
  );
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  const checks = (await bed.events(runId)).flatMap((event) =>
    event.type === "capability.checked" ? [event.data] : [],
  );
  expect(checks).toEqual([
    {
      nodePath: "b",
      capability: "net:https://good.example",
      allowed: true,
      rule: "net:https://good.example",
    },
    { nodePath: "b", capability: "net:https://evil.example", allowed: false, rule: "not granted" },
  ]);
  expect(await bed.node(runId, "b")).toMatchObject({ error: { code: "CAPABILITY_DENIED" } });
});
