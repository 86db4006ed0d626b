import { timestamp } from "../../app/engine/clock.ts";
import { limits } from "../../app/contract/limits.ts";
import type { EngineNotice, EngineState } from "../../app/contract/engine.ts";
import type { UpdateState } from "../../app/contract/update.ts";
import { appVersion } from "./app-version.ts";
import type { Core } from "./core.ts";
import type { UpdateDesk } from "./update-desk.ts";

/** What a person is told about the engine itself. */
export interface EngineDesk {
  state(): EngineState;
  /** Ends a safe start. */
  start(): void;
  /** The engine drains: no new work. */
  markStopping(): void;
  notify(notice: {
    readonly code: string;
    readonly message: string;
    readonly runId?: string;
  }): void;
  /** How it stands with the app's own updates. */
  setUpdate(state: UpdateState): void;
  /** Called after every change of the state or the notices. */
  onChange(listener: () => void): () => void;
  close(): void;
}

const keptNotices = 50;
const longestMessage = 2_000;

export function createEngineDesk(
  core: Core,
  host: {
    readonly kind: EngineState["host"];
    readonly now: () => number;
    readonly updateDesk: UpdateDesk;
  },
): EngineDesk {
  const startedAt = timestamp(host.now());
  const listeners = new Set<() => void>();
  const notices: EngineNotice[] = [];
  let state: EngineState["state"] = core.safeStart ? "paused" : "running";
  let lastNumber = 0;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const notify: EngineDesk["notify"] = ({ code, message, runId = null }) => {
    const at = timestamp(host.now());
    const same = notices.findIndex((notice) => notice.code === code && notice.runId === runId);
    const [known] = same === -1 ? [] : notices.splice(same, 1);
    notices.unshift({
      number: known?.number ?? (lastNumber += 1),
      at,
      code,
      message: message.slice(0, longestMessage),
      runId,
      times: (known?.times ?? 0) + 1,
    });
    notices.length = Math.min(notices.length, keptNotices);
    changed();
  };
  const unsubscribe = core.engine.subscribe((signal) => {
    if (signal.kind === "notice") notify(signal);
  });
  const { stalled, poisoned, ended } = core.recovery;
  for (const child of core.endedChildProcesses) {
    notify({
      code: "LEFTOVER_ENDED",
      message: `Stopped a leftover process of step ${child.nodePath}.`,
      runId: child.runId,
    });
  }
  for (const notice of core.notices) notify(notice);
  return {
    state: () => ({
      state,
      startedAt,
      activeRuns: core.engine.activeRuns,
      appVersion,
      host: host.kind,
      pid: process.pid,
      instanceId: core.engine.fence.instanceId,
      forcedEndMs: core.engine.forcedEndMs,
      recovered: { stalled: stalled.length, poisoned: poisoned.length, ended: ended.length },
      update: host.updateDesk.state(),
      notices: notices.slice(0, limits.pageRows),
    }),
    start() {
      if (state !== "paused") return;
      state = "running";
      core.startEngine();
      changed();
    },
    markStopping() {
      state = "stopping";
      changed();
    },
    notify,
    setUpdate(update) {
      host.updateDesk.setState(update);
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: unsubscribe,
  };
}
