import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Requirements that the engine, its storage and its command line fulfil; a test is named after each. */
const requirements = [
  "S1 S2 S3 S4 S5 S8 S9 D1 D2 D3 D4 J1 J2 R1 R2 R3 R4 R5 R6 R7 R8",
  "X1 X2 X3 X4 X5 X6 X7 X8 X9 W1 W2 W3 W5 W6 C1 C2 F1 F2 F3 P2 P3 P4 P5",
].flatMap((line) => line.split(" "));

/** What only a screen can show; a spec that runs the product itself is named after each. */
const onScreens = "S10 X3 C2 U1 U2 U3 U4 P1 P4 P5 P6".split(" ");

/** Two tests bear the names that the requirements give them. */
const named = [
  "stalled_workflows_are_detected_by_heartbeat", // S6
  "workflow_node_execution_persists_inputs_and_outputs", // S7
];

const texts = globSync("{app,src-main,faults,scripts}/**/*.{test,conformance}.ts")
  .filter((path) => !path.endsWith("requirement-tests.test.ts"))
  .map((path) => readFileSync(path, "utf8"));

const productSpecs = globSync("e2e/**/*.spec.ts")
  .map((path) => readFileSync(path, "utf8"))
  .filter((text) => text.includes("tags.product"));

it("every requirement of the screens has a spec that is named after it", () => {
  const missing = onScreens.filter((id) => !productSpecs.some((text) => text.includes(`[${id}]`)));
  expect(missing).toEqual([]);
});

it("every requirement has a test that is named after it", () => {
  const missing = requirements.filter((id) => !texts.some((text) => text.includes(`[${id}]`)));
  expect(missing).toEqual([]);
});

it.each(named)("there is a test called %s", (name) => {
  expect(texts.some((text) => text.includes(name))).toBe(true);
});

it("every known trap has a test", () => {
  const traps = new Set(texts.flatMap((text) => text.match(/trap: [^"`]+/g) ?? []));
  // requirements.md, "Known traps", lists 18.
  expect(traps.size).toBeGreaterThanOrEqual(18);
});
