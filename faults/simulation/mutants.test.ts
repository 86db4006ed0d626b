import { expect, it } from "vitest";
import { runScript } from "../run-script.ts";
import { mutants } from "./mutants.ts";

const lanes = 2;
const seconds = 150;

const args = ["--seeds", "1500", "--seconds", `${seconds}`, "--failures", "1"];

it(`the simulation finds each of ${mutants.length} seeded bugs`, async () => {
  const waiting = [...mutants];
  const missed: string[] = [];
  const lane = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const { name, firstSeed } = mutant;
      const { failing } = await runScript<{ readonly failing: readonly unknown[] }>({
        script: "simulation/simulate.ts",
        args: ["--mutant", name, "--seed", `${firstSeed}`, ...args],
        limitMs: (seconds + 60) * 1_000,
      });
      if (failing.length === 0) missed.push(name);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  expect(missed).toEqual([]);
}, 600_000);
