import { expect, test } from "vitest";
import type { RunRow } from "../../app/contract/run-row.ts";
import { createNoticeDesk } from "./notice-of-run.ts";

test("a run is told of once for each state", () => {
  const noticeOf = createNoticeDesk(() => 0);
  expect(noticeOf(row({ status: "awaiting_user" }))).toEqual({
    title: "A run needs you",
    body: "News",
  });
  expect(noticeOf(row({ status: "awaiting_user" }))).toBeNull();
  expect(noticeOf(row({ status: "failed" }))).toEqual({ title: "A run failed", body: "News" });
});

test("the third within ten seconds is a summary, and the next ones are silent", () => {
  let now = 0;
  const noticeOf = createNoticeDesk(() => now);
  const titles = ["1", "2", "3", "4"].map(
    (runId) => noticeOf(row({ runId, status: "failed" }))?.title,
  );
  expect(titles).toEqual(["A run failed", "A run failed", "Several runs need a look", undefined]);
  now = 10_000;
  expect(noticeOf(row({ runId: "5", status: "failed" }))?.title).toBe("A run failed");
});

test("[P5] a hostile title loses what could deceive", () => {
  const noticeOf = createNoticeDesk(() => 0);
  const title = "pay\u202Egnp.exe\u0007\u001b[31m";
  expect(noticeOf(row({ status: "failed", title }))?.body).toBe("paygnp.exe");
});

test("what ends well is not told", () => {
  expect(createNoticeDesk(() => 0)(row({ status: "completed" }))).toBeNull();
});

function row(part: Partial<RunRow>): RunRow {
  // Only these three are read.
  return { runId: "1", title: "News", ...part } as RunRow;
}
