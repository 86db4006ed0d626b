import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { workflowText } from "../../src-main/serve/served.fixture.ts";
import { eventually, exchangeToken, openTab, type Tab } from "../../src-main/serve/tab.fixture.ts";
import { figureOf } from "../figure.ts";
import type { Workload } from "../workload.ts";
import { startServed } from "./served-app.ts";
import { startIdle } from "./ticked-process.ts";

const runs = 100;
const steps = 10;
/** Fewer than may be in flight. */
const atOnce = 50;

/** W2 in the real host: its main thread only relays bytes, so it stays free whatever the engine does. */
export const mainThreadWhileBusy: Workload = {
  title: "the host's main thread while 100 runs of 10 steps work",
  async measure({ folder, rounds, warmUps }) {
    const data = join(folder, "data");
    mkdirSync(data);
    const app = await startServed(data);
    const idle = startIdle();
    const tab = await openTab(app.origin, await exchangeToken(app.address));
    const list = tab.watch({ topic: "runs" });
    const busyMs: number[] = [];
    const idleMs: number[] = [];
    const tookMs: number[] = [];
    try {
      for (let round = 0; round < warmUps + rounds; round += 1) {
        const begun = performance.now();
        const work = (async () => {
          await startAll(tab);
          await allCompleted(tab, runs * (round + 1));
        })();
        const [busy, machine] = await Promise.all([
          app.process.longestBlockMs(() => work),
          idle.longestBlockMs(() => work),
        ]);
        if (round < warmUps) continue;
        busyMs.push(busy);
        idleMs.push(machine);
        tookMs.push(performance.now() - begun);
      }
    } finally {
      tab.close();
      await app.process.close();
      await idle.close();
    }
    return {
      conditions: [
        "runs are started over a WebSocket, and the list is watched; a ticker of 1 ms in the main thread",
        "the idle process does nothing: what it misses, the machine took from both",
      ],
      figures: [
        figureOf("longest block of the main thread", busyMs, "ms", { below: 20 }),
        figureOf("longest gap of an idle process beside it", idleMs, "ms"),
        figureOf(
          "busy × idle",
          busyMs.map((ms, round) => ms / (idleMs[round] ?? Number.NaN)),
          "×",
        ),
        figureOf("100 runs, started to completed", tookMs, "ms"),
      ],
      rounds: { "busy, ms": busyMs, "idle, ms": idleMs },
      failures: list.some(({ kind }) => kind === "ended") ? ["The list's subscription ended."] : [],
    };
  },
};

async function startAll(tab: Tab): Promise<void> {
  for (let started = 0; started < runs; started += atOnce) {
    await Promise.all(
      Array.from({ length: atOnce }, () =>
        tab.request("run.start", { workflow: chain, grants: [], requestKey: crypto.randomUUID() }),
      ),
    );
  }
}

function allCompleted(tab: Tab, count: number): Promise<true> {
  return eventually(`${count} runs are completed`, async () => {
    const { counters } = await tab.request("runs.counters", {});
    return counters.completed === count ? true : null;
  });
}

const ids = Array.from({ length: steps }, (_, index) => `s${index}`);
const chain = workflowText({
  id: "chain",
  nodes: ids.map((id) => ({ id, type: "transform", with: { value: { text: "x".repeat(180) } } })),
  edges: ids.slice(1).map((id, index) => [ids[index] ?? "", id] as const),
});
