import { expect, it } from "vitest";
import { runScript } from "../run-script.ts";

interface Simulated {
  readonly done: number;
  readonly failing: readonly { readonly seed: number; readonly problems: readonly string[] }[];
}

const seeds = 400;
const lanes = 2;
/** Far more than they take: one that hangs is a finding. */
const limitMs = 600_000;

// More by hand: node faults/simulation/simulate.ts --seeds 5000
it(
  `the engine keeps every invariant through ${seeds} simulated lives`,
  { timeout: limitMs + 30_000 },
  async () => {
    const results = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => {
        const share = seeds / lanes;
        return runScript<Simulated>({
          script: "simulation/simulate.ts",
          args: ["--seed", `${1 + lane * share}`, "--seeds", `${share}`],
          limitMs,
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
    expect(done).toBe(seeds);
  },
);
