import type { JobState } from "../model/job.ts";

/** What the engine tells the process that it lives in. Published after the commit, never before. */
export type EngineSignal =
  /** New history up to `lastSeq`; read it with `storage.listRunEvents`. */
  | {
      readonly kind: "committed";
      readonly runId: string;
      readonly lastSeq: number;
      readonly status: JobState;
    }
  /** Outside history: may be lost. */
  | {
      readonly kind: "progress";
      readonly runId: string;
      readonly nodePath: string;
      readonly attempt: number;
      readonly fraction: number;
      readonly message: string | null;
    }
  | {
      readonly kind: "log";
      readonly runId: string;
      readonly nodePath: string;
      readonly level: string;
      readonly text: string;
    }
  /** Something that a person should know about the engine itself. */
  | {
      readonly kind: "notice";
      readonly code: string;
      readonly message: string;
      /** The run that it is about, if it is about one. */
      readonly runId?: string;
    };

export interface EventBus {
  publish(signal: EngineSignal): void;
  /** Returns the function that unsubscribes. A listener that throws is reported, not propagated. */
  subscribe(listener: (signal: EngineSignal) => void): () => void;
  readonly hasListeners: boolean;
}

export function createEventBus(onListenerError: (error: unknown) => void): EventBus {
  const listeners = new Set<(signal: EngineSignal) => void>();
  return {
    publish(signal) {
      for (const listener of listeners) {
        try {
          listener(signal);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get hasListeners() {
      return listeners.size > 0;
    },
  };
}
