import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wideSample } from "../../scripts/write-wide-sample.ts";
import { createHandshake, jsonLines, type Handshake } from "./child-handshake.ts";

const samples = fileURLToPath(new URL("../../samples/", import.meta.url));
const sample = (name: string): string => join(samples, `${name}.json`);

let handshake: Handshake;
beforeAll(() => {
  handshake = createHandshake();
});
afterAll(() => handshake.remove());

test("every sample is valid", async () => {
  const files = readdirSync(samples).toSorted();
  expect(files).toEqual([
    "agent-sub-steps.json",
    "long-report.json",
    "release-notes.json",
    "retries.json",
    "wide-fan-out.json",
  ]);
  const checked = await Promise.all(
    files.map((file) => handshake.run(["validate", join(samples, file), "--json"])),
  );
  for (const [index, { code, stdout }] of checked.entries()) {
    expect([files[index], code, jsonLines(stdout)]).toMatchObject([
      files[index],
      0,
      [{ type: "valid" }],
    ]);
  }
});

test("the wide sample is what its script writes", () => {
  expect(JSON.parse(readFileSync(sample("wide-fan-out"), "utf8"))).toEqual(
    JSON.parse(wideSample()),
  );
});

test("an agent's turns are sub-steps of one step", async () => {
  const lines = await handshake.json(["run", sample("agent-sub-steps")]);
  expect(lines.filter(({ event }) => event === "step.recorded")).toHaveLength(6);
  expect(lines.at(-1)).toMatchObject({ status: "completed", output: { counted: [31, 44, 38] } });
});

test("retries succeed at the third attempt, and the hopeless step has a way around it", async () => {
  const lines = await handshake.json(["run", sample("retries")]);
  expect(lines.at(-1)).toMatchObject({
    status: "completed_with_issues",
    output: { attempts: 3, note: "The second source was left out." },
  });
});

test("two hundred nodes side by side", async () => {
  const lines = await handshake.json(["run", sample("wide-fan-out")]);
  expect(lines.at(-1)).toMatchObject({ status: "completed", output: 20_100 });
});

test("release notes wait for a person, and are published or put aside as the answer says", async () => {
  for (const approved of [true, false]) {
    const waiting = await handshake.json(
      ["run", sample("release-notes"), "--input", '{"product": "Tea"}'],
      3,
    );
    expect(waiting.at(-1)).toMatchObject({ status: "awaiting_user" });
    const lines = await handshake.json(["answer", "last", "ok", JSON.stringify({ approved })]);
    expect(lines.at(-1)).toMatchObject({
      status: "completed",
      output: { published: approved, notes: { title: "Tea: what is new" } },
    });
  }
});

test("the long report writes one line a turn", async () => {
  const input = JSON.stringify({ ledger: "ledger.txt", paceMs: 5 });
  const lines = await handshake.json([
    "run",
    sample("long-report"),
    "--input",
    input,
    "--allow",
    "fs.write:.",
  ]);
  expect(lines.at(-1)).toMatchObject({ status: "completed", output: { pages: 18, turns: 44 } });
  const ledger = readFileSync(join(handshake.folder, "ledger.txt"), "utf8").trimEnd().split("\n");
  expect(new Set(ledger).size).toBe(44);
  expect(ledger).toHaveLength(44);
});
