import { expect, test, vi } from "vitest";
import type { StartRunRequest } from "../../app/engine/engine-requests.ts";
import type { Change, Group } from "../../app/storage/change.ts";
import { onPostgres } from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { human, type WorkflowSource } from "../../src-main/testing/engine-bed.ts";
import { allForms, formOf } from "./batch-forms.ts";
import { playFenced, resume, start, type Act, type Left, type Play } from "./play-fenced.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const one = { id: "one", type: "transform", with: { value: 1 } };
const simple = { nodes: [one] };
const hanging = { nodes: [{ id: "hangs", type: "test.hang" }] };
const external = { nodes: [{ id: "hangs", type: "test.hang", replay: "external" }] };
const asking = { nodes: [{ id: "ask", type: "approval", with: { question: "Go?" } }] };
const reviewed = { nodes: [{ ...one, review: true }] };
const sensitive = { nodes: [{ ...one, sensitive: true }] };
const lost = { nodes: [{ id: "lost", type: "test.lost", replay: "external" }] };
const failing = { nodes: [{ id: "fails", type: "test.fail" }] };
const halfFailing = {
  nodes: [one, { id: "fails", type: "test.fail" }],
  edges: [{ from: "one", to: "fails" }],
};
const retried = {
  nodes: [{ id: "fails", type: "test.fail", retry: { maxAttempts: 2, initialDelayMs: 1 } }],
};
const badInput = { id: "bad", type: "transform", with: { value: "=$error('no')" } };
const parked = { nodes: [{ id: "later", type: "delay", with: { ms: 600_000 } }] };
const stepping = { nodes: [{ id: "steps", type: "test.steps" }] };
const capable = { capabilities: ["shell:mail"], nodes: [one] };
const expiring = (onExpire: object) => ({
  nodes: [{ id: "ask", type: "approval", with: { question: "Go?", expiresInMs: 40, ...onExpire } }],
});
const fan = {
  limits: { maxConcurrentNodes: 20 },
  nodes: [one, ...Array.from({ length: 12 }, (_, index) => ({ ...one, id: `part${index}` }))],
  edges: Array.from({ length: 12 }, (_, index) => ({ from: "one", to: `part${index}` })),
};
const oneSlot = {
  limits: { maxConcurrentNodes: 1 },
  nodes: [{ id: "pause", type: "test.pause" }, badInput],
};

/** Begins a run, from which the rest follows. */
const begins =
  (workflow: WorkflowSource, request: Partial<StartRunRequest> = {}): Play =>
  async (stage) =>
    start(await stage.subject(), workflow, request);

/** A person acts on a run that nobody works on. */
const acts =
  (workflow: WorkflowSource, how: Left, act: Act): Play =>
  async (stage) => {
    const runId = await stage.left(workflow, how);
    await act(await stage.subject(), runId);
  };

/** A person acts on a run that the engine works on. */
const actsMeanwhile =
  (workflow: WorkflowSource, act: Act): Play =>
  async (stage) => {
    const shared = await stage.subject();
    await act(shared, await start(shared, workflow));
  };

const cancel: Act = ({ engine }, runId) => engine.cancelRun({ runId, actor: human });
const fail: Act = ({ engine }, runId) => engine.failRun({ runId, actor: human });
const annotate: Act = ({ engine }, runId) =>
  engine.annotateRun({ runId, tags: ["late"], actor: human });
const rerun: Act = ({ engine }, runId) => engine.rerun({ runId, actor: human });
const answer =
  (node: string, given: StartRunRequest["input"]): Act =>
  ({ engine }, runId) =>
    engine.answer({ runId, node, answer: given, actor: human });
/** By what a change of the batch writes: each has to be here. */
const byForm: Readonly<Record<string, Play>> = {
  "run – → queued": begins(simple),
  "run queued → running": async (stage) => {
    await stage.left(simple, "queued");
    await stage.subject();
  },
  "run queued → cancelled": acts(parked, "parked", cancel),
  "run queued → failed": acts(parked, "parked", fail),
  "run awaiting_user → cancelled": acts(asking, "settled", cancel),
  "run awaiting_user → failed": acts(asking, "settled", fail),
  "run awaiting_user → queued": acts(asking, "settled", answer("ask", { approved: true })),
  "run awaiting_validation → cancelled": acts(reviewed, "settled", cancel),
  "run awaiting_validation → failed": acts(reviewed, "settled", fail),
  "run awaiting_validation → queued": acts(reviewed, "settled", answer("one", { accepted: true })),
  "run running → queued": begins(parked),
  "run running → awaiting_user": begins(asking),
  "run running → awaiting_validation": begins(reviewed),
  "run running → completed": begins(simple),
  "run running → completed_with_issues": begins({
    nodes: [{ id: "fails", type: "test.fail", onError: "continue" }],
  }),
  "run running → failed": begins(failing),
  "run running → cancelled": actsMeanwhile(hanging, cancel),
  "run stalled → queued": acts(hanging, "stalled", resume),
  "run stalled → failed": acts(hanging, "stalled", fail),
  "run stalled → cancelled": acts(hanging, "stalled", cancel),
  "run poisoned → queued": acts(hanging, "poisoned", resume),
  "run poisoned → failed": acts(hanging, "poisoned", fail),
  "run poisoned → cancelled": acts(hanging, "poisoned", cancel),
  "node – → queued": begins(asking),
  "node – → running": begins(simple),
  "node – → failed": begins({ nodes: [badInput] }),
  "node – → completed": acts(halfFailing, "settled", ({ engine }, runId) =>
    engine.retryRun({ runId, actor: human }),
  ),
  "node queued → failed": begins(oneSlot),
  "node queued → running": begins(retried),
  "node queued → awaiting_user": begins(asking),
  "node queued → completed": begins({ nodes: [{ id: "soon", type: "delay", with: { ms: 20 } }] }),
  "node queued → cancelled": acts(parked, "parked", cancel),
  "node running → queued": begins(retried),
  "node running → awaiting_user": begins(lost),
  "node running → awaiting_validation": begins(reviewed),
  "node running → completed": begins(simple),
  "node running → failed": begins(failing),
  "node running → cancelled": actsMeanwhile(hanging, cancel),
  "node awaiting_user → cancelled": acts(asking, "settled", cancel),
  "node awaiting_user → queued": acts(sensitive, "settled", answer("one", { confirmed: true })),
  "node awaiting_user → completed": acts(asking, "settled", answer("ask", { approved: true })),
  "node awaiting_user → failed": acts(lost, "settled", answer("lost", { action: "fail" })),
  "node awaiting_validation → cancelled": acts(reviewed, "settled", cancel),
  "node awaiting_validation → completed": acts(
    reviewed,
    "settled",
    answer("one", { accepted: true }),
  ),
  "node awaiting_validation → failed": acts(
    reviewed,
    "settled",
    answer("one", { accepted: false }),
  ),
  "node stalled → queued": acts(hanging, "stalled", resume),
  "node stalled → awaiting_user": acts(external, "stalled", resume),
  "node stalled → completed": acts(external, "stalled", ({ engine }, runId) =>
    engine.resumeRun({ runId, actor: human, decisions: { hangs: { action: "mark_done" } } }),
  ),
  "node stalled → failed": acts(hanging, "stalled", fail),
  "node stalled → cancelled": acts(hanging, "stalled", cancel),
  runClosing: actsMeanwhile(hanging, cancel),
  runAnnotated: acts(simple, "settled", annotate),
  nodeSkipped: begins({
    nodes: [one, { ...one, id: "two" }],
    edges: [{ from: "one", to: "two", when: "=false" }],
  }),
  stepIntended: begins(stepping),
  stepRecorded: begins(stepping),
  capabilityChecked: begins(capable, { grants: ["shell:mail"] }),
  confirmationGiven: acts(sensitive, "settled", answer("one", { confirmed: true })),
};

/** The same changes where the backend or the engine goes another way. */
const byShape: readonly Shape[] = [
  {
    name: "a run that finds no room",
    isIn: ({ changes }) => has(changes, "createRun") && !has(changes, "runStatus"),
    play: async (stage) => start(await stage.subject({ maxConcurrentRuns: 0 }), simple),
  },
  {
    name: "a run of a job that is there",
    isIn: ({ changes }) =>
      changes.some((change) => change.change === "createRun" && change.existingJob),
    play: acts(simple, "settled", rerun),
  },
  {
    name: "a fork",
    isIn: ({ changes }) =>
      changes.some((change) => change.change === "createRun" && change.forkedFromRunId !== null),
    play: acts(halfFailing, "settled", ({ engine }, runId) =>
      engine.forkRun({ runId, node: "fails", actor: human }),
    ),
  },
  {
    name: "two runs in one batch",
    isIn: (_group, batch) => batch.length === 2,
    play: acts(asking, "settled", rerun),
  },
  {
    name: "more rows than are sent as parameters",
    isIn: ({ changes }) => changes.length > 12,
    play: begins(fan),
  },
  {
    name: "an output that lies in rows of its own, which takes two round trips",
    isIn: ({ changes }) =>
      changes.some(
        (change) => change.change === "nodeStatus" && (change.output?.bytes ?? 0) > 1_048_576,
      ),
    play: begins({ nodes: [{ id: "page", type: "ledger.large", with: { bytes: 1_200_000 } }] }),
  },
  {
    name: "an answer while the run is worked on",
    isIn: ({ changes }) =>
      changes.some((change) => change.change === "nodeStatus" && change.actor.kind === "human"),
    play: async (stage) => {
      const shared = await stage.subject();
      const nodes = [...asking.nodes, ...hanging.nodes];
      const runId = await start(shared, { nodes });
      await answer("ask", { approved: true })(shared, runId);
    },
  },
  {
    name: "a tag while the run is worked on",
    isIn: ({ changes }) => has(changes, "runAnnotated"),
    play: actsMeanwhile(hanging, annotate),
  },
  {
    name: "an approval that nobody answered, with the answer for that",
    isIn: ({ changes }) => expires(changes, "completed"),
    play: begins(expiring({ onExpire: { approved: false } })),
  },
  {
    name: "an approval that nobody answered, which fails",
    isIn: ({ changes }) => expires(changes, "failed"),
    play: begins(expiring({})),
  },
];

interface Shape {
  readonly name: string;
  readonly isIn: (group: Group, batch: readonly Group[]) => boolean;
  readonly play: Play;
}

function has(changes: readonly Change[], kind: Change["change"]): boolean {
  return changes.some(({ change }) => change === kind);
}

function expires(changes: readonly Change[], to: string): boolean {
  return changes.some(
    (change) =>
      change.change === "nodeStatus" &&
      change.from === "awaiting_user" &&
      change.to === to &&
      change.actor.kind === "engine",
  );
}

const shapes: readonly Shape[] = [
  ...Object.entries(byForm).map(([form, play]) => ({
    name: form,
    isIn: ({ changes }: Group) => changes.some((change) => formOf(change) === form),
    play,
  })),
  ...byShape,
];

test("[R4] [ST-07] each form of a batch that an engine may write is tried below", () => {
  expect(Object.keys(byForm).toSorted()).toEqual([...allForms()].toSorted());
});

await onPostgres((server) => {
  test.for(shapes)("[R4] [ST-07] a fenced engine does not write: $name", async ({ isIn, play }) => {
    const { shared, error } = await playFenced(server, play, {
      call: "commit",
      isIt: (groups) => groups.some((group) => isIn(group, groups)),
    });
    // Whoever asked was told why, and whoever asks now is told so at once.
    if (error !== null) expect(error).toMatchObject({ code: "FENCED" });
    await expect(start(shared, simple)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "Another copy took over.",
    });
  });

  test("[R4] [ST-07] a fenced engine does not write: a beat", async () => {
    await playFenced(
      server,
      async (stage) => start(await stage.subject({ heartbeatIntervalMs: 20 }), hanging),
      { call: "heartbeatWorkflow" },
    );
  });

  test("[R4] [ST-07] a fenced engine does not write: a child process that it has", async () => {
    const nodes = [{ id: "child", type: "test.child", with: { hangs: true } }];
    // Its run is given up, and with it what there was to write.
    await playFenced(server, begins({ nodes }), { call: "putChildProcess", stops: false });
  });

  test("[R4] [ST-07] a fenced engine does not write: that its child process is gone", async () => {
    const nodes = [{ id: "child", type: "test.child" }];
    // The step's end may have been committed before.
    await playFenced(server, begins({ nodes }), { call: "removeChildProcess", stops: false });
  });

  test("[R4] [ST-07] a fenced engine does not write: that it was offered runs", async () => {
    const play: Play = async (stage) => {
      await stage.left(simple, "queued");
      await stage.subject();
    };
    // There is nothing for it to write, and so it is not told.
    await playFenced(server, play, { call: "listClaimableRuns", stops: false });
  });

  test("[R4] [ST-07] a fenced engine does not write: what is left at its clean end", async () => {
    const play: Play = async (stage) => {
      const shared = await stage.subject();
      await start(shared, hanging);
      await shared.engine.stop({ drainMs: 0 });
    };
    const { error } = await playFenced(server, play, {
      call: "recoverInterruptedRuns",
      stops: false,
    });
    expect(error).toMatchObject({ code: "FENCED" });
  });
});
