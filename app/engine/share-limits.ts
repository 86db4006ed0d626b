import type { EngineInternals } from "./active-run.ts";
import type { Timer } from "./clock.ts";
import type { EngineOptions } from "./engine-ports.ts";
import type { Amounts, LimitShares } from "./limit-shares.ts";
import { messageOf } from "./to-error.ts";

/** Another engine gives back what it does not use at its next beat: until then one asks again this often. */
const askAgainMs = 1_000;

/** Nothing may be claimed before the first share is there. */
export const noLimits = { total: 0, byType: {} };

/**
 * Keeps this engine's shares of the limits up to date: at once, after each beat, and while it has less than
 * it should. Storage that cannot answer changes nothing: what was reserved stays.
 */
export function shareLimits(parts: {
  readonly shares: LimitShares;
  readonly internals: EngineInternals;
  readonly activeRuns: () => number;
  /** There is more room than before. */
  readonly onRoom: () => void;
}): { renew(): Promise<void>; stop(): void } {
  const { shares, internals, activeRuns, onRoom } = parts;
  const { clock, fence, log } = internals.ports;
  const limits = namedLimits(internals.options);
  let isStopped = false;
  let again: Timer | null = null;
  let renewing: Promise<void> | null = null;

  async function renew(): Promise<void> {
    try {
      const granted = await shares.share({
        fence,
        limits,
        used: namedUse(internals, activeRuns()),
      });
      if (isStopped) return;
      apply(granted);
      again?.cancel();
      again = isShort(granted) ? clock.setTimer(askAgainMs, () => void once()) : null;
    } catch (error) {
      log("warn", "The shares of the limits could not be renewed.", { message: messageOf(error) });
    }
  }

  function apply(granted: Amounts): void {
    const { maxConcurrentByType } = internals.options;
    internals.limit.runs = granted["runs"] ?? 0;
    internals.slots.setLimits({
      total: granted["nodes"] ?? 0,
      byType: Object.fromEntries(
        Object.keys(maxConcurrentByType).map((type) => [type, granted[`type:${type}`] ?? 0]),
      ),
    });
    onRoom();
  }

  /** Nothing at all of a limit: another engine still has it. */
  function isShort(granted: Amounts): boolean {
    return Object.values(granted).includes(0);
  }

  function once(): Promise<void> {
    renewing ??= renew().finally(() => (renewing = null));
    return renewing;
  }

  void once();
  return {
    renew: once,
    stop() {
      isStopped = true;
      again?.cancel();
    },
  };
}

function namedLimits(options: EngineOptions): Amounts {
  return named(options.maxConcurrentRuns, {
    total: options.maxConcurrentNodes,
    byType: options.maxConcurrentByType,
  });
}

function namedUse({ slots, options }: EngineInternals, runs: number): Amounts {
  const { total, byType } = slots.used;
  const limited = Object.keys(options.maxConcurrentByType);
  return named(runs, {
    total,
    byType: Object.fromEntries(limited.map((type) => [type, byType[type] ?? 0])),
  });
}

function named(
  runs: number,
  { total, byType }: { readonly total: number; readonly byType: Amounts },
): Amounts {
  const types = Object.entries(byType).map(([type, amount]) => [`type:${type}`, amount] as const);
  return { runs, nodes: total, ...Object.fromEntries(types) };
}
