import { isTerminal, type JobState } from "../model/job.ts";
import type { NodeStatus } from "../model/node-execution.ts";
import type { RunEvent } from "../model/run-event.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";
import type { AttemptChange, Change, CreateRun, Group } from "./change.ts";
import type { Fence, GroupOutcome, RecoveryReport, Storage } from "./storage.ts";
import { human, TestChanges } from "./test-changes.conformance.ts";

/** A backend under test. `reopen` closes it and opens the same data again, as a restart does. */
export interface StorageUnderTest {
  readonly storage: Storage;
  reopen(): Promise<Storage>;
  close(): Promise<void>;
  /**
   * The engine's process is gone, and the time has passed that proves it, where the backend needs one: the
   * next engine that registers takes over. Absent where the next one to register proves it by itself.
   */
  loseOwner?(fence: Fence): Promise<void>;
}

export const allStates = [
  "queued",
  "running",
  "stalled",
  "awaiting_user",
  "awaiting_validation",
  "completed",
  "completed_with_issues",
  "failed",
  "cancelled",
  "poisoned",
] as const satisfies readonly JobState[];

/** What every test starts from: a storage, an engine that owns it, a clock that only tests move. */
export class World extends TestChanges {
  storage: Storage;
  private readonly underTest: StorageUnderTest;

  private constructor(underTest: StorageUnderTest) {
    super();
    this.underTest = underTest;
    this.storage = underTest.storage;
  }

  static async open(underTest: StorageUnderTest): Promise<World> {
    const world = new World(underTest);
    // Ids of its own, where the data was another world's before.
    world.ids = ((await world.storage.listInstances(1))[0]?.epoch ?? 0) * 1_000_000;
    await world.storage.putDefinition(world.definition, world.now());
    await world.registerEngine();
    return world;
  }

  // --- life of the app

  /** A new engine takes over from the one before, which is gone. */
  async registerEngine(): Promise<Fence> {
    if (this.fence.epoch > 0) await this.underTest.loseOwner?.(this.fence);
    this.fence = await this.storage.registerInstance(this.newInstance());
    return this.fence;
  }

  async close(): Promise<void> {
    await this.underTest.close();
  }

  /** As after a crash: nothing was marked clean. */
  async restart(): Promise<void> {
    this.storage = await this.underTest.reopen();
    this.advance(1_000);
    await this.registerEngine();
  }

  /** As another process finds the data: opened anew, with no engine of its own. */
  reopenOnly(): Promise<Storage> {
    return this.underTest.reopen();
  }

  recover(scope: "start" | "quit" = "start"): Promise<RecoveryReport> {
    return this.storage.recoverInterruptedRuns({
      fence: this.fence,
      at: this.now(),
      thresholdSecs: 30,
      bootId: this.bootId,
      scope,
    });
  }

  /** A new engine takes over without a reopen, which is quicker and the same to recovery. */
  async crashAndRecover(): Promise<RecoveryReport> {
    this.advance(1_000);
    await this.registerEngine();
    return this.recover();
  }

  // --- groups

  async expectOf(runId: string): Promise<{ revision: number; lastSeq: number }> {
    const { revision, lastSeq } = await this.requireRun(runId);
    return { revision, lastSeq };
  }

  /** Commits one group with the engine's fence and answers its outcome. */
  async try(
    runId: string,
    changes: readonly Change[],
    expected: Group["expect"] = null,
  ): Promise<GroupOutcome> {
    const [outcome] = await this.storage.commit([this.group(runId, changes, expected)], this.fence);
    if (outcome === undefined) throw new Error("no outcome");
    return outcome;
  }

  /** As `try`, but it has to succeed. */
  async apply(runId: string, ...changes: readonly Change[]): Promise<void> {
    const outcome = await this.try(runId, changes);
    if (!outcome.ok) throw outcome.error;
  }

  async codeOf(runId: string, ...changes: readonly Change[]): Promise<string> {
    return codeOf(await this.try(runId, changes));
  }

  // --- whole steps

  async createRun(overrides: Partial<CreateRun> = {}): Promise<string> {
    const runId = this.newRunId();
    await this.apply(runId, this.createRunChange(runId, overrides));
    return runId;
  }

  async runningRun(overrides: Partial<CreateRun> = {}): Promise<string> {
    const runId = await this.createRun(overrides);
    await this.apply(runId, this.claimChange());
    return runId;
  }

  /** A running run whose node 1 has an open attempt. */
  async workingRun(overrides: Partial<CreateRun> = {}): Promise<string> {
    const runId = await this.runningRun(overrides);
    await this.apply(runId, this.createNodeChange(runId, 1));
    return runId;
  }

  /** A run in the given state, brought there by legal changes alone. */
  async runIn(state: JobState): Promise<string> {
    const runId = state === "queued" ? await this.createRun() : await this.workingRun();
    switch (state) {
      case "queued":
      case "running":
        return runId;
      case "stalled":
        await this.recover("quit");
        return runId;
      case "poisoned":
        await this.crashAndRecover();
        for (let crash = 2; crash <= 3; crash += 1) {
          await this.resume(runId, crash);
          await this.crashAndRecover();
        }
        return runId;
      case "awaiting_user":
      case "awaiting_validation":
      case "completed":
      case "completed_with_issues":
      case "failed":
      case "cancelled":
        await this.apply(
          runId,
          this.completeNodeChange(runId, 1),
          this.runChange("running", state),
        );
        return runId;
    }
  }

  /** stalled → queued → running, with node 1 in flight again as attempt `number`. */
  async resume(runId: string, number: number): Promise<void> {
    await this.apply(
      runId,
      { change: "runResumed", actor: human, from: "stalled", decisions: [] },
      this.nodeChange(runId, 1, "stalled", "queued", { actor: human }),
    );
    await this.apply(
      runId,
      this.claimChange(),
      this.nodeChange(runId, 1, "queued", "running", { attempt: { number, status: "running" } }),
    );
  }

  /** A running run with node 1 in the given state. */
  async nodeIn(status: NodeStatus): Promise<string> {
    const runId = await this.runningRun();
    switch (status) {
      case "queued":
        await this.apply(runId, this.createNodeChange(runId, 1, { status }));
        return runId;
      case "failed":
        await this.apply(
          runId,
          this.createNodeChange(runId, 1, { status, error: { code: "EXPRESSION", message: "no" } }),
        );
        return runId;
      case "running":
        await this.apply(runId, this.createNodeChange(runId, 1));
        return runId;
      case "stalled":
        await this.apply(runId, this.createNodeChange(runId, 1));
        await this.recover("quit");
        return runId;
      case "awaiting_user":
      case "awaiting_validation":
      case "completed":
      case "completed_with_issues":
      case "cancelled":
        await this.apply(runId, this.createNodeChange(runId, 1));
        await this.apply(
          runId,
          this.nodeChange(runId, 1, "running", status, { attempt: endedAttempt(status) }),
        );
        return runId;
    }
  }

  // --- reading

  async requireRun(runId: string): Promise<WorkflowRun> {
    const run = await this.storage.getRun(runId);
    if (run === null) throw new Error(`run ${runId} is not stored`);
    return run;
  }

  events(runId: string): Promise<readonly RunEvent[]> {
    return this.storage.listRunEvents(runId, { after: 0, limit: 10_000 });
  }

  async nodeStatusOf(runId: string, sequence = 1): Promise<NodeStatus | null> {
    const node = await this.storage.getNodeExecution(
      this.nodeIdentity(runId, sequence).nodeExecutionId,
    );
    return node?.status ?? null;
  }

  /** Everything about a run, to prove that nothing of it changed. */
  async snapshot(runId: string): Promise<unknown> {
    const run = await this.storage.getRun(runId);
    return {
      run,
      job: run === null ? null : await this.storage.getJob(run.jobId),
      nodes: await this.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10_000 }),
      events: await this.events(runId),
    };
  }

  /** Nothing is damaged, and the rows are what the history says. */
  async expectSound(): Promise<void> {
    const problems = await this.storage.verify({ quick: false });
    if (problems.length > 0)
      throw new Error(`The data is not sound: ${JSON.stringify(problems, null, 2)}`);
  }
}

/** How an attempt ends when its node goes to `status`. */
export function endedAttempt(status: NodeStatus, number = 1): AttemptChange {
  if (status === "cancelled") return { number, status: "cancelled" };
  const failed = status === "failed" || status === "queued" || status === "stalled";
  return failed
    ? { number, status: "failed", error: { code: "NODE_ERROR", message: "it broke" } }
    : { number, status: "completed" };
}

export function codeOf(outcome: GroupOutcome | undefined): string {
  if (outcome === undefined) return "no outcome";
  return outcome.ok ? "ok" : outcome.error.code;
}

/** What a change needs besides its status: an error for failed ones, for instance. */
export function isDone(state: JobState): boolean {
  return isTerminal(state) || state === "poisoned";
}
