import { api } from "./api.ts";
import { noteConnected } from "./store/engine-heard.ts";
import { watchEngine } from "./store/engine-watch.ts";
import { openRun, type OpenRun } from "./store/open-run.ts";
import { watchRecovery } from "./store/recovery-watch.ts";
import { createRunList } from "./store/run-list.ts";
import { inNextFrame } from "./store/schedule.ts";
import { watchSettings } from "./store/settings-watch.ts";

/**
 * What the window knows, and the only place that decides what becomes of a message. Components draw it.
 * Each part is a value of its own, so that a change re-renders only who shows it.
 */
export const runStore = {
  ...watchEngine(api, inNextFrame),
  list: createRunList(api, inNextFrame),
  recovery: watchRecovery(api),
  settings: watchSettings(api),
  /** The run page's own subscription; close it when the page is left. */
  openRun: (runId: string): OpenRun => openRun({ runId, client: api, schedule: inNextFrame }),
};

let stalled: number | null = null;
let instanceId: string | null = null;

// A run stalls or is resumed: the panel's content changed, whoever did it.
runStore.list.counters.subscribe(() => {
  const counters = runStore.list.counters.get();
  const now = counters === null ? 0 : counters.stalled + counters.poisoned;
  if (now !== stalled) runStore.recovery.refresh();
  stalled = now;
});

const noteConnection = (): void => {
  const connection = runStore.connection.get();
  noteConnected(connection.state === "up");
  if (connection.state !== "up") return;
  runStore.settings.refresh();
  if (connection.instanceId !== instanceId) runStore.recovery.refresh();
  instanceId = connection.instanceId;
};
runStore.connection.subscribe(noteConnection);
// The app's bridge may have been up before this page looked.
if (runStore.connection.get().state === "up") noteConnection();

document.addEventListener("visibilitychange", () => {
  api.setHidden(document.visibilityState === "hidden");
});
