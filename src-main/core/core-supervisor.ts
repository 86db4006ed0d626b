import type { CoreClient } from "./core-client.ts";

export interface CoreSupervisor {
  /** Null while there is none: it ended and is being started again, or stays down. */
  readonly core: CoreClient | null;
  /** True when it ended twice within ten minutes: nothing is started any more. */
  readonly isDown: boolean;
  /** A person asks for another start of one that is down; if that ends too within ten minutes, it stays down again. */
  restart(): Promise<void>;
  /** Drains and closes; no restart follows. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

export interface SupervisedCore {
  /** Starts a core as a new instance; recovery is part of it. */
  start(options: { readonly isRestart: boolean }): Promise<CoreClient>;
  now(): number;
  /** The core ended without being asked to. Its clients have to connect anew; with `staysDown` nothing is started by itself. */
  onEnd(error: Error, next: { readonly staysDown: boolean }): void;
  onRestart(core: CoreClient): void;
}

const restartWindowMs = 10 * 60_000;

/** Keeps a core alive (reliability.md §4): one restart, and a second end within ten minutes stays down. */
export async function superviseCore(host: SupervisedCore): Promise<CoreSupervisor> {
  let core: CoreClient | null = await host.start({ isRestart: false });
  let isDown = false;
  let isClosing = false;
  let lastEnd = Number.NEGATIVE_INFINITY;
  watch(core);

  function watch(watched: CoreClient): void {
    void watched.ended.then(async (error) => {
      if (isClosing || error === null) return;
      core = null;
      const isSecond = host.now() - lastEnd < restartWindowMs;
      lastEnd = host.now();
      isDown = isSecond;
      host.onEnd(error, { staysDown: isDown });
      if (!isDown) await restart();
    });
  }

  async function restart(): Promise<void> {
    try {
      const restarted = await host.start({ isRestart: true });
      if (isClosing) {
        await restarted.close({ drainMs: 0 });
        return;
      }
      core = restarted;
      watch(restarted);
      host.onRestart(restarted);
    } catch (error) {
      isDown = true;
      host.onEnd(error instanceof Error ? error : new Error(String(error)), { staysDown: true });
    }
  }

  return {
    get core() {
      return core;
    },
    get isDown() {
      return isDown;
    },
    async restart() {
      if (!isDown || isClosing) return;
      isDown = false;
      await restart();
    },
    async close({ drainMs }) {
      isClosing = true;
      await core?.close({ drainMs });
    },
  };
}
