import { expect, it } from "vitest";
import { runScript } from "../run-script.ts";

interface Simulated {
  readonly done: number;
  readonly failing: readonly { readonly seed: number; readonly problems: readonly string[] }[];
}

const seeds = 1_000;
const lanes = 2;
const seconds = 100;

// More by hand: node faults/simulation/simulate.ts --seeds 5000
it(
  `the engine keeps every invariant through up to ${seeds} simulated lives`,
  async (context) => {
    const results = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => {
        const share = seeds / lanes;
        return runScript<Simulated>({
          script: "simulation/simulate.ts",
          args: ["--seed", `${1 + lane * share}`, "--seeds", `${share}`, "--seconds", `${seconds}`],
          limitMs: (seconds + 30) * 1_000,
        });
      }),
    );
    const failing = results.flatMap((result) => result.failing);
    const reproduced = failing.map(
      ({ seed, problems }) =>
        `node faults/simulation/simulate.ts --seed ${seed} --trace: ${problems.join("; ")}`,
    );
    expect(reproduced).toEqual([]);
    const done = results.reduce((sum, result) => sum + result.done, 0);
    await context.annotate(`${done} of ${seeds} seeds in the time that there was`);
    expect(done).toBeGreaterThan(100);
  },
  (seconds + 60) * 1_000,
);
