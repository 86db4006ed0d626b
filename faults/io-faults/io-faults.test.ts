import { afterAll, beforeAll, expect, test } from "vitest";
import { compilePreload, type Preload } from "../power-loss/compile-preload.ts";
import { injectFaults, ioFaultsFigures } from "./io-faults.ts";

const faults = 168;

let preload: Preload;
beforeAll(() => {
  preload = compilePreload(new URL("./inject-faults.c", import.meta.url));
});
afterAll(() => {
  if (preload.ok) preload.remove();
});

test(
  `[D4] ${faults} I/O faults: work is held and goes on, nothing acknowledged is lost, no node fails`,
  { timeout: 900_000 },
  async (context) => {
    if (!preload.ok) return context.skip(`no fault can be injected here: ${preload.reason}`);
    const result = await injectFaults({ preload: preload.file, seed: 1, faults, lanes: 2 });
    console.log(ioFaultsFigures(result));
    expect(result.failures).toEqual([]);
    // Each of these faults ends: nobody has to start the engine again.
    expect(result.results.filter(({ outcome }) => outcome !== "went on")).toEqual([]);
  },
);
