import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createQuitFlow, type QuitChoice } from "./quit-flow.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("without active runs it closes at once and asks nobody", async () => {
  const { flow, told } = bed({ activeRuns: 0 });
  flow.request();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["close 0", "end"]);
});

test("with active runs it asks, then drains for 30 s", async () => {
  const { flow, told } = bed({ activeRuns: 2, choice: "finish", closeTakesMs: 12_000 });
  flow.request();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(told).toEqual(["ask 2", "close 30000", "end"]);
});

test("a restart is asked about and drained like a quit, and another start follows", async () => {
  const { flow, told } = bed({ activeRuns: 2, choice: "finish", closeTakesMs: 12_000 });
  flow.requestRestart();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(told).toEqual(["ask 2", "close 30000", "begin again"]);
});

test("a restart that is not wanted after all leaves a later quit a quit", async () => {
  const { flow, told } = bed({ activeRuns: 1, choice: "stay" });
  flow.requestRestart();
  await vi.advanceTimersByTimeAsync(0);
  flow.shutDown();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["ask 1", "close 2000", "end"]);
});

test("who stays is left alone, and may ask again", async () => {
  const { flow, told } = bed({ activeRuns: 1, choice: "stay" });
  flow.request();
  await vi.advanceTimersByTimeAsync(0);
  flow.request();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["ask 1", "ask 1"]);
});

test("pressed again it quits now, question or drain", async () => {
  const { flow, told } = bed({ activeRuns: 1, choice: "finish", closeTakesMs: 20_000 });
  flow.request();
  await vi.advanceTimersByTimeAsync(0);
  flow.request();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["ask 1", "close 30000", "close 0"]);
});

test("a core that does not close is left after 5 s", async () => {
  const { flow, told } = bed({ activeRuns: 0, closeTakesMs: 60_000 });
  flow.request();
  await vi.advanceTimersByTimeAsync(4_999);
  expect(told).toEqual(["close 0"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual(["close 0", "end"]);
});

test("when the system shuts down nobody is asked and 2 s are drained", async () => {
  const { flow, told } = bed({ activeRuns: 3 });
  flow.shutDown();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["close 2000", "end"]);
});

test("what is to come last comes when everything is closed; where it fails the process ends", async () => {
  const { flow, told } = bed({ activeRuns: 0 });
  flow.leaveFor(() => {
    told.push("install");
    throw new Error("There is no installer.");
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["close 0", "install", "end"]);
});

function bed(options: { activeRuns: number; choice?: QuitChoice; closeTakesMs?: number }) {
  const { activeRuns, choice = "stay", closeTakesMs = 0 } = options;
  const told: string[] = [];
  const flow = createQuitFlow({
    activeRuns: () => Promise.resolve(activeRuns),
    ask(question) {
      told.push(`ask ${question.activeRuns}`);
      return Promise.resolve(choice);
    },
    closeCore({ drainMs }) {
      told.push(`close ${drainMs}`);
      return closeTakesMs === 0
        ? Promise.resolve()
        : new Promise((resolve) => setTimeout(resolve, closeTakesMs));
    },
    end: () => void told.push("end"),
    beginAgain: () => void told.push("begin again"),
  });
  return { flow, told };
}
