import type { EngineInternals } from "./active-run.ts";
import type { Timer } from "./clock.ts";
import type { EngineOptions } from "./engine-ports.ts";
import type { SlotLimits } from "./slots.ts";
import type { Amounts, LimitShares } from "./limit-shares.ts";
import { messageOf } from "./to-error.ts";

/** Another engine gives back what it does not use at its next beat: until then one asks again this often. */
const askAgainMs = 1_000;

/** No node of a limited type may start before the first share is there. */
export function beforeTheFirstShare({
  maxConcurrentNodes,
  maxConcurrentByType,
}: EngineOptions): SlotLimits {
  const none = Object.keys(maxConcurrentByType).map((type) => [type, 0] as const);
  return { total: maxConcurrentNodes, byType: Object.fromEntries(none) };
}

/**
 * Keeps this engine's shares of the limits up to date: at once, after each beat, and while it has less than
 * it should. Storage that cannot answer changes nothing: what was reserved stays. Limits of node types guard
 * what is outside (an address, a program), so they hold over all engines. How many runs and nodes work at
 * once is the capacity that each engine brings: another worker adds its own.
 */
export function shareLimits(parts: {
  readonly shares: LimitShares;
  readonly internals: EngineInternals;
  /** There is more room than before. */
  readonly onRoom: () => void;
}): { renew(): Promise<void>; stop(): void } {
  const { shares, internals, onRoom } = parts;
  const { clock, fence, log } = internals.ports;
  const { maxConcurrentNodes, maxConcurrentByType } = internals.options;
  const types = Object.keys(maxConcurrentByType);
  const limits = named(types, maxConcurrentByType);
  let isStopped = false;
  let again: Timer | null = null;
  let renewing: Promise<void> | null = null;

  async function renew(): Promise<void> {
    try {
      const granted = await shares.share({
        fence,
        limits,
        used: named(types, internals.slots.used.byType),
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
    internals.slots.setLimits({
      total: maxConcurrentNodes,
      byType: Object.fromEntries(types.map((type) => [type, granted[`type:${type}`] ?? 0])),
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

/** Of each limited type, under the name that all engines know it by. */
function named(types: readonly string[], amounts: Amounts): Amounts {
  return Object.fromEntries(types.map((type) => [`type:${type}`, amounts[type] ?? 0]));
}
