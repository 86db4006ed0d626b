import type { EngineSignal } from "./event-bus.ts";
import type {
  AnnotateRunRequest,
  AnswerRequest,
  EndRunRequest,
  ForkRunRequest,
  ResumeRunRequest,
  RunAgainRequest,
  StartedRun,
  StartRunRequest,
} from "./engine-requests.ts";
import type { JobState } from "../model/job.ts";
import type { Fence } from "../storage/storage.ts";

/** Runs workflows. Every method rejects with EngineError, or StorageError when storage fails. */
export interface Engine {
  readonly fence: Fence;
  /** Resolves when the run is committed, before its first node ends. */
  startRun(request: StartRunRequest): Promise<StartedRun>;
  /** stalled or poisoned → queued; CONFLICT "already resumed" for everyone but the first. */
  resumeRun(request: ResumeRunRequest): Promise<void>;
  /** Resolves when the decision is committed; the run ends within 30 s. */
  cancelRun(request: EndRunRequest): Promise<void>;
  /** Marks a stalled, poisoned, queued or waiting run failed. */
  failRun(request: EndRunRequest): Promise<void>;
  answer(request: AnswerRequest): Promise<void>;
  retryRun(request: RunAgainRequest): Promise<StartedRun>;
  rerun(request: RunAgainRequest): Promise<StartedRun>;
  forkRun(request: ForkRunRequest): Promise<StartedRun>;
  annotateRun(request: AnnotateRunRequest): Promise<void>;
  /** Resolves with the state once the run ended, waits for a person, stalled, or is parked on a timer (`queued`, with `untilParked`). */
  waitForRun(runId: string, options?: { readonly untilParked?: boolean }): Promise<JobState>;
  /**
   * Another engine, or a person without one, committed changes of these runs: obeyed and told to listeners
   * now, not at the next beat.
   */
  heard(commits: readonly OutsideCommit[]): Promise<void>;
  /** The right to write may be gone (a lease ran out): aborts every handler and writes nothing more. */
  giveUp(reason: Error): void;
  subscribe(listener: (signal: EngineSignal) => void): () => void;
  /** Starts claiming queued runs. Until then requests are accepted and wait in the queue. */
  start(): void;
  /** Resolves once the data turned out to be damaged: the engine has stopped by itself. */
  readonly broken: Promise<Error>;
  /** See EngineOptions: what a person is told while a run ends. */
  readonly forcedEndMs: number;
  /** How many runs this engine works on now. */
  readonly activeRuns: number;
  /** Whether it works on this run now. */
  isActive(runId: string): boolean;
  /** Stops claiming, waits up to `drainMs` for steps in flight, stalls what is left (`app_quit`), marks clean. */
  stop(options: { readonly drainMs: number }): Promise<void>;
}

/** What several engines on one database tell each other. Late, merged and lost ones do no harm. */
export interface OutsideCommit {
  readonly runId: string;
  readonly lastSeq: number;
}
