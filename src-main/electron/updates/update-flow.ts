import type { UpdateAction, UpdateState } from "../../../app/contract/update.ts";
import { timestamp } from "../../../app/engine/clock.ts";
import type { FoundVersion, UpdateFeed } from "./update-feed.ts";

/** From "look" to "install": each step is a person's, but for the daily look that they allowed. */
export interface UpdateFlow {
  act(action: UpdateAction): void;
  /** Looks if a person allowed it and the last look is a day old. Call it now and then. */
  lookIfDue(): void;
  /** Runs started or ended: whether one is active is asked then. A run that only waits for a timer is not. */
  noteRunsChanged(): void;
}

export interface UpdateFlowOptions {
  readonly feed: UpdateFeed;
  /** For the person: whom a look asks. */
  readonly host: string;
  readonly schemaVersion: number;
  /** Why this build does not replace itself; null when it may. */
  readonly whyByHand: () => Promise<ByHand | null>;
  readonly now: () => number;
  readonly mayLookByItself: () => boolean;
  /** Asked anew each time: nothing is installed over a run. */
  readonly activeRuns: () => Promise<number>;
  readonly onState: (state: UpdateState) => void;
  /** Ends the app cleanly; `last` is called once everything is closed. */
  readonly leave: (last: () => void) => void;
}

export type ByHand = Extract<UpdateState, { state: "available" }>["byHand"] & string;

const dayMs = 24 * 60 * 60_000;
const longestMessage = 500;

export function createUpdateFlow(options: UpdateFlowOptions): UpdateFlow {
  const { feed, host, now } = options;
  let state: UpdateState = { state: "idle", host, newest: null };
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isLeaving = false;
  options.onState(state);

  const set = (next: UpdateState): void => {
    state = next;
    options.onState(next);
  };
  const fail = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    set({ state: "failed", host, message: message.slice(0, longestMessage) });
  };

  async function look(): Promise<void> {
    lookedAt = now();
    set({ state: "checking", host });
    const found = await feed.check();
    if (found === null) {
      set({ state: "idle", host, newest: { checkedAt: timestamp(now()) } });
      return;
    }
    const byHand = await options.whyByHand();
    set({ state: "available", ...whatOf(found), byHand });
  }

  async function download(what: Version): Promise<void> {
    set({ state: "downloading", ...what, fraction: 0 });
    await feed.download((fraction) => {
      if (state.state === "downloading") set({ state: "downloading", ...what, fraction });
    });
    set({ state: "ready", ...what });
  }

  async function installIfIdle(): Promise<void> {
    // Asked for again: the last count may be older than a run.
    if ((await options.activeRuns()) > 0 || state.state !== "waiting" || isLeaving) return;
    isLeaving = true;
    options.leave(() => feed.install());
  }

  const whatOf = ({ version, schemaVersion }: FoundVersion): Version => ({
    version,
    schema: { from: options.schemaVersion, to: schemaVersion },
  });

  return {
    act(action) {
      switch (action) {
        case "check":
          if (state.state === "idle" || state.state === "failed") look().catch(fail);
          return;
        case "download":
          if (state.state === "available" && state.byHand === null) {
            download({ version: state.version, schema: state.schema }).catch(fail);
          }
          return;
        case "install":
          if (state.state !== "ready") return;
          set({ state: "waiting", version: state.version, schema: state.schema });
          installIfIdle().catch(fail);
          return;
        case "wait":
          if (state.state === "waiting" && !isLeaving) {
            set({ state: "ready", version: state.version, schema: state.schema });
          }
      }
    },
    lookIfDue() {
      const isFree = state.state === "idle" || state.state === "failed";
      if (!isFree || !options.mayLookByItself() || now() - lookedAt < dayMs) return;
      look().catch(fail);
    },
    noteRunsChanged() {
      if (state.state === "waiting") installIfIdle().catch(fail);
    },
  };
}

type Version = Pick<Extract<UpdateState, { state: "ready" }>, "version" | "schema">;
