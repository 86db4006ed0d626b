import { expect, it } from "vitest";
import { createFakeClock, settle } from "../../src-main/testing/fake-clock.ts";
import type { Change, Group } from "../storage/change.ts";
import type { GroupOutcome, Storage } from "../storage/storage.ts";
import { StorageError } from "../storage/storage-error.ts";
import { createCommitQueue } from "./commit-queue.ts";

const fence = { instanceId: "11111111-1111-4111-8111-111111111111", epoch: 7 };
const change: Change = { change: "runAnnotated", tags: [], actor: { kind: "human" } };

interface Sent {
  readonly groups: readonly Group[];
  answer(): void;
  fail(error: StorageError): void;
}

/** A queue over storage that takes two commits at once, each answered when the test says so. */
function openQueue(fewestBeside = 1) {
  const sent: Sent[] = [];
  const events: string[] = [];
  const clock = createFakeClock();
  const storage: Pick<Storage, "commit" | "commitsAtOnce"> = {
    commitsAtOnce: 2,
    commit: (groups) =>
      new Promise((resolve, reject) => {
        sent.push({ groups, answer: () => resolve(groups.map(accept)), fail: reject });
      }),
  };
  const queue = createCommitQueue({
    // The queue uses nothing else of it.
    storage: storage as Storage,
    fence,
    clock,
    fewestBeside,
    onPause: (error) => events.push(`pause ${error.code}`),
    onContinue: () => events.push("continue"),
    onFenced: (error) => events.push(`fenced ${error.code}`),
    onBroken: (error) => events.push(`broken ${error.code}`),
  });
  const runsOf = (): readonly string[] => sent.map(({ groups }) => runs(groups));
  return { queue, sent, events, clock, runsOf };
}

const runs = (groups: readonly Group[]): string => groups.map(({ runId }) => runId).join("");

function accept({ groupId, expect: known }: Group): GroupOutcome {
  const { revision, lastSeq } = known ?? { revision: 0, lastSeq: 0 };
  return { ok: true, groupId, revision: revision + 1, lastSeq: lastSeq + 1 };
}

it("while a batch is committed, the groups of other runs go out, and are answered first when they are first", async () => {
  const { queue, sent, runsOf } = openQueue();
  const answered: string[] = [];
  const submit = (runId: string) =>
    queue.submit(runId, [change], { revision: 1, lastSeq: 1 }).then(() => answered.push(runId));
  void submit("a");
  await settle();
  void submit("b");
  await settle();
  expect(runsOf()).toEqual(["a", "b"]);
  expect(answered).toEqual([]);
  sent[1]?.answer();
  await settle();
  expect(answered).toEqual(["b"]);
  sent[0]?.answer();
  await settle();
  expect(answered).toEqual(["b", "a"]);
});

it("a run's groups wait for those before, and carry what they brought", async () => {
  const { queue, sent, runsOf } = openQueue();
  const known = { revision: 4, lastSeq: 9 };
  void queue.submit("a", [change], known);
  await settle();
  void queue.submit("a", [change], known);
  void queue.submit("b", [change], null);
  await settle();
  expect(runsOf()).toEqual(["a", "b"]);
  sent[0]?.answer();
  await settle();
  expect(runsOf()).toEqual(["a", "b", "a"]);
  expect(sent[2]?.groups[0]?.expect).toEqual({ revision: 5, lastSeq: 10 });
});

it("many runs at once are two batches of half of them; few are one", async () => {
  const { queue, runsOf } = openQueue(2);
  for (const runId of "abcde") void queue.submit(runId, [change], null);
  await settle();
  expect(runsOf()).toEqual(["abc", "de"]);
  const few = openQueue(4);
  for (const runId of "abcde") void few.queue.submit(runId, [change], null);
  await settle();
  expect(few.runsOf()).toEqual(["abcde"]);
  void few.queue.submit("f", [change], null);
  await settle();
  expect(few.runsOf()).toEqual(["abcde"]);
});

it("a new run of an old job, and what was asked for with it, are one batch that is alone", async () => {
  const { queue, sent, runsOf } = openQueue();
  void queue.submit("x", [change], null);
  await settle();
  void queue.submit("a", [change], null);
  void queue.submit("b", [createRun], null);
  void queue.submit("c", [change], null);
  await settle();
  expect(runsOf()).toEqual(["x"]);
  sent[0]?.answer();
  await settle();
  expect(runsOf()).toEqual(["x", "abc"]);
  void queue.submit("d", [change], null);
  await settle();
  expect(runsOf()).toEqual(["x", "abc"]);
  sent[1]?.answer();
  await settle();
  expect(runsOf()).toEqual(["x", "abc", "d"]);
});

it("a batch whose answer was lost is sent again as it was, while others go on", async () => {
  const { queue, sent, events, clock, runsOf } = openQueue();
  const first = queue.submit("a", [change], null);
  await settle();
  sent[0]?.fail(new StorageError("IO", "connection terminated"));
  await settle();
  void queue.submit("a", [change], null);
  const other = queue.submit("b", [change], null);
  await settle();
  expect(queue.isPaused).toBe(true);
  sent[1]?.answer();
  expect((await other).ok).toBe(true);
  expect(queue.isPaused).toBe(true);
  await clock.advance(200);
  expect(runsOf()).toEqual(["a", "b", "a"]);
  expect(sent[2]?.groups).toEqual(sent[0]?.groups);
  sent[2]?.answer();
  expect((await first).ok).toBe(true);
  await settle();
  expect(events).toEqual(["pause IO", "continue"]);
  expect(runsOf()).toEqual(["a", "b", "a", "a"]);
});

it("what is to be done between batches waits for them, and they for it", async () => {
  const { queue, sent, runsOf } = openQueue();
  void queue.submit("a", [change], null);
  await settle();
  const held = Promise.withResolvers<string>();
  let hasBegun = false;
  const between = queue.between(() => {
    hasBegun = true;
    return held.promise;
  });
  void queue.submit("b", [change], null);
  await settle();
  expect([hasBegun, runsOf()]).toEqual([false, ["a"]]);
  sent[0]?.answer();
  await settle();
  expect([hasBegun, runsOf()]).toEqual([true, ["a"]]);
  held.resolve("done");
  expect(await between).toBe("done");
  await settle();
  expect(runsOf()).toEqual(["a", "b"]);
});

const createRun: Change = {
  change: "createRun",
  jobId: "22222222-2222-4222-8222-222222222222",
  traceId: "22222222-2222-4222-8222-222222222222",
  jobKind: "workflow",
  existingJob: true,
  workflowId: "w",
  workflowName: "w",
  definitionHash: "",
  keyScope: "b",
  input: { text: "null", sha256: "", bytes: 4 },
  trigger: { kind: "retry" },
  parentRunId: null,
  forkedFromRunId: null,
  grants: [],
  accessMode: "apply_scoped",
  onInterrupted: "ask",
  nodesTotal: 1,
  actor: { kind: "human" },
};
