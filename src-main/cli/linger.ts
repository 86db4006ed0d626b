import { setTimeout as pause } from "node:timers/promises";
import type { Core } from "../core/core.ts";
import type { CommandContext } from "./command.ts";

const pollMs = 50;

/**
 * The owner of the folder stays while it works on other runs: those that other processes asked for, and
 * those that were due. False when Ctrl-C ended the waiting; rejects when the data turns out to be damaged.
 */
export async function lingerForOthers(context: CommandContext, core: Core): Promise<boolean> {
  const others = (): number => Math.max(core.followers, core.engine.activeRuns);
  const { interrupted, output } = context;
  if (others() === 0) return true;
  output.note(
    `This process still works on ${others() === 1 ? "another run" : `${others()} other runs`}. Ctrl-C leaves them resumable.`,
  );
  const broken = core.engine.broken.then((error) => {
    throw error;
  });
  // Nobody races with it when Ctrl-C came first.
  broken.catch(() => undefined);
  while (others() > 0 && !interrupted.aborted) await Promise.race([pause(pollMs), broken]);
  return !interrupted.aborted;
}
