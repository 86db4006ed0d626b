import type { Figure } from "./figure.ts";

export interface WorkloadOptions {
  /** An empty folder on a real disk. */
  readonly folder: string;
  /** Where a database that is expensive to make is kept between runs. */
  readonly cacheFolder: string;
  readonly rounds: number;
  readonly warmUps: number;
  /** Smaller amounts: to see that everything works, not to compare. */
  readonly isQuick: boolean;
  /** How long screens follow live updates. */
  readonly liveSeconds: number;
  /** Without the floors: for counting system calls. */
  readonly isEngineOnly: boolean;
}

export interface WorkloadReport {
  /** What has to be known to compare the figures with others. */
  readonly conditions: readonly string[];
  readonly figures: readonly Figure[];
  /** The times of each round. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
  /** What did not come out right: then the figures mean nothing. */
  readonly failures: readonly string[];
  /** Why it could not run here. */
  readonly skipped?: string;
}

export interface Workload {
  readonly title: string;
  /** Steps of the engine in one round, where system calls are counted; absent where they are not. */
  readonly stepsARound?: (isQuick: boolean) => number;
  readonly mostSyncsAStep?: number;
  readonly measure: (options: WorkloadOptions) => Promise<WorkloadReport>;
}
