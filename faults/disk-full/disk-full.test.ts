import { expect, test } from "vitest";
import { diskFullFigures, fillDisk } from "./disk-full.ts";

const levels = 16;

test(
  `[D4] a disk that is full at ${levels} levels, every 4 KB: work pauses with a notice and goes on when there is room`,
  { timeout: 900_000 },
  async () => {
    const result = await fillDisk(Array.from({ length: levels }, (_, level) => level));
    console.log(diskFullFigures(result));
    expect(result.failures).toEqual([]);
  },
);
