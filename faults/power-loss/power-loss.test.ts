import { afterAll, beforeAll, expect, test } from "vitest";
import { compilePreload, type Preload } from "./compile-preload.ts";
import { losePower, powerLossFigures, type PowerLossResult } from "./power-loss.ts";
import { recordWorkload } from "./record-workload.ts";

const images = 1_200;
const imagesThatMustLose = 120;

let preload: Preload;
beforeAll(() => {
  preload = compilePreload(new URL("./record-io.c", import.meta.url));
});
afterAll(() => {
  if (preload.ok) preload.remove();
});

async function play(size: {
  readonly synchronous: "full" | "normal";
  readonly images: number;
  readonly skip: (reason: string) => never;
}): Promise<PowerLossResult> {
  if (!preload.ok) size.skip(`no power can be lost here: ${preload.reason}`);
  const { synchronous } = size;
  const recording = await recordWorkload({ preload: preload.file, synchronous, rounds: 4 });
  const result = await losePower({ recording, seed: 1, images: size.images });
  console.log(`synchronous = ${synchronous}: ${powerLossFigures(result)}`);
  // A failure is looked at again in its recording.
  if (synchronous === "normal" || result.failures.length === 0) recording.remove();
  return result;
}

test(
  `[ST-01] ${images} power losses: every image opens, is sound, and has all that was acknowledged`,
  { timeout: 900_000 },
  async (context) => {
    const skip = (why: string): never => context.skip(why);
    const { failures } = await play({ synchronous: "full", images, skip });
    expect(failures.slice(0, 3)).toEqual([]);
  },
);

test(
  "the same power losses do find what synchronous = normal loses",
  { timeout: 900_000 },
  async (context) => {
    const { losing } = await play({
      synchronous: "normal",
      images: imagesThatMustLose,
      skip: (why) => context.skip(why),
    });
    expect(losing).toBeGreaterThan(imagesThatMustLose / 10);
  },
);
