import { expect, test } from "vitest";
import type { UpdateState } from "../../../app/contract/update.ts";
import type { FoundVersion } from "./update-feed.ts";
import { createUpdateFlow, type ByHand, type UpdateFlow } from "./update-flow.ts";

const newer: FoundVersion = { version: "0.2.0", schemaVersion: 3 };
const what = { version: "0.2.0", schema: { from: 1, to: 3 } };

test("nothing is asked of the feed until a person allows it", async () => {
  const bed = makeBed();
  bed.flow.lookIfDue();
  bed.flow.noteRunsChanged();
  await settled();
  expect(bed.calls).toEqual([]);
  expect(bed.states).toEqual([{ state: "idle", host: "updates.example", newest: null }]);
});

test("allowed, it looks once a day", async () => {
  const bed = makeBed({ found: null });
  bed.allowed = true;
  bed.flow.lookIfDue();
  await settled();
  bed.flow.lookIfDue();
  bed.nowMs += 24 * 60 * 60_000 - 1;
  bed.flow.lookIfDue();
  await settled();
  expect(bed.calls).toEqual(["check"]);
  bed.nowMs += 1;
  bed.flow.lookIfDue();
  await settled();
  expect(bed.calls).toEqual(["check", "check"]);
  expect(bed.states.at(-1)).toEqual({
    state: "idle",
    host: "updates.example",
    newest: { checkedAt: "1970-01-02T00:00:00.000Z" },
  });
});

test("each step from there is a person's: look, download, install", async () => {
  const bed = makeBed();
  bed.flow.act("check");
  await settled();
  expect(bed.states.at(-1)).toEqual({ state: "available", ...what, byHand: null });
  // Nothing is skipped.
  bed.flow.act("install");
  bed.flow.act("download");
  await settled();
  expect(bed.states.slice(-3)).toEqual([
    { state: "downloading", ...what, fraction: 0 },
    { state: "downloading", ...what, fraction: 0.5 },
    { state: "ready", ...what },
  ]);
  expect(bed.calls).toEqual(["check", "download"]);
  bed.flow.act("install");
  await settled();
  expect(bed.calls).toEqual(["check", "download", "leave", "install"]);
});

test("it is never installed over an active run: it waits for the last one", async () => {
  const bed = makeBed();
  await toReady(bed.flow);
  bed.active = 2;
  bed.flow.act("install");
  await settled();
  expect(bed.states.at(-1)).toEqual({ state: "waiting", ...what });
  bed.active = 1;
  bed.flow.noteRunsChanged();
  await settled();
  expect(bed.calls).not.toContain("leave");
  bed.active = 0;
  bed.flow.noteRunsChanged();
  bed.flow.noteRunsChanged();
  await settled();
  expect(bed.calls.slice(-2)).toEqual(["leave", "install"]);
  expect(bed.calls.filter((call) => call === "leave")).toHaveLength(1);
});

test("a person takes back the installing that waits", async () => {
  const bed = makeBed();
  await toReady(bed.flow);
  bed.active = 1;
  bed.flow.act("install");
  bed.flow.act("wait");
  bed.active = 0;
  bed.flow.noteRunsChanged();
  await settled();
  expect(bed.states.at(-1)).toEqual({ state: "ready", ...what });
  expect(bed.calls).not.toContain("leave");
});

test("a build that is not signed is told of a version and takes none", async () => {
  const bed = makeBed({ byHand: "not_signed" });
  bed.flow.act("check");
  await settled();
  bed.flow.act("download");
  await settled();
  expect(bed.states.at(-1)).toEqual({ state: "available", ...what, byHand: "not_signed" });
  expect(bed.calls).toEqual(["check"]);
});

test("a look that fails is said, and may be tried again", async () => {
  const bed = makeBed({ error: new Error("The feed is gone.") });
  bed.flow.act("check");
  await settled();
  expect(bed.states.at(-1)).toEqual({
    state: "failed",
    host: "updates.example",
    message: "The feed is gone.",
  });
  bed.flow.act("check");
  await settled();
  expect(bed.calls).toEqual(["check", "check"]);
});

interface Bed {
  readonly flow: UpdateFlow;
  readonly states: UpdateState[];
  readonly calls: string[];
  allowed: boolean;
  active: number;
  nowMs: number;
}

function makeBed(given: { found?: FoundVersion | null; byHand?: ByHand; error?: Error } = {}): Bed {
  const { found = newer, byHand = null, error } = given;
  const states: UpdateState[] = [];
  const calls: string[] = [];
  const world = { allowed: false, active: 0, nowMs: 0 };
  const flow = createUpdateFlow({
    feed: {
      async check() {
        calls.push("check");
        if (error !== undefined) throw error;
        return found;
      },
      async download(onProgress) {
        calls.push("download");
        onProgress(0.5);
      },
      install: () => calls.push("install"),
    },
    host: "updates.example",
    schemaVersion: 1,
    whyByHand: async () => byHand,
    now: () => world.nowMs,
    mayLookByItself: () => world.allowed,
    activeRuns: async () => world.active,
    onState: (state) => states.push(state),
    leave(last) {
      calls.push("leave");
      last();
    },
  });
  return Object.assign(world, { flow, states, calls });
}

async function toReady(flow: UpdateFlow): Promise<void> {
  flow.act("check");
  await settled();
  flow.act("download");
  await settled();
}

/** Lets everything that was promised come true. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
