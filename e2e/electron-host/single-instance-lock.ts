import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from "node:fs";
import type { FSWatcher } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What a second instance tells the first one before it goes. */
export interface SecondInstance {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly additionalData: unknown;
}

/** Chromium's lock, as it is on Linux: a link named SingletonLock in the user data folder. */
export interface SingleInstanceLock {
  release(): void;
}

/** Null when another process has it; that one was told. */
export function takeSingleInstanceLock(
  folder: string,
  self: SecondInstance,
  onSecondInstance: (second: SecondInstance) => void,
): SingleInstanceLock | null {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, "SingletonLock");
  const inbox = join(folder, "SingletonInbox");
  if (!link(lock)) {
    leaveMessage(inbox, self);
    return null;
  }
  rmSync(inbox, { recursive: true, force: true });
  mkdirSync(inbox);
  const watcher = watchInbox(inbox, onSecondInstance);
  return {
    release() {
      watcher.close();
      rmSync(inbox, { recursive: true, force: true });
      rmSync(lock, { force: true });
    },
  };
}

function link(lock: string): boolean {
  for (;;) {
    try {
      symlinkSync(`${hostname()}-${process.pid}`, lock);
      return true;
    } catch {
      // Somebody has it, or died with it.
      const holder = Number(readlinkSync(lock).split("-").at(-1));
      if (holder !== process.pid && isAlive(holder)) return false;
      rmSync(lock, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function leaveMessage(inbox: string, message: SecondInstance): void {
  const draft = join(inbox, `${process.pid}.draft`);
  writeFileSync(draft, JSON.stringify(message));
  renameSync(draft, join(inbox, `${process.pid}.json`));
}

function watchInbox(inbox: string, onMessage: (second: SecondInstance) => void): FSWatcher {
  const watcher = watch(inbox, () => {
    for (const name of readdirSync(inbox)) {
      if (!name.endsWith(".json")) continue;
      const file = join(inbox, name);
      // Only `leaveMessage` writes here.
      const message = JSON.parse(readFileSync(file, "utf8")) as SecondInstance;
      rmSync(file);
      onMessage(message);
    }
  });
  watcher.unref();
  return watcher;
}
