import type { Fence } from "../storage/storage.ts";

/**
 * How engines that share one database keep the limits of node types (requirements W5): each reserves a
 * share of every limit, and uses no more than it reserved. The reservations of living engines never add up to
 * more than the limit, so neither does what runs. An engine alone has all of it.
 */
export interface LimitShares {
  /** Replaces this engine's reservations; answers them. Never less than `used`. Rejects with StorageError. */
  share(request: ShareRequest): Promise<Amounts>;
}

/** By the name of the limit: `type:http.request`. */
export type Amounts = Readonly<Record<string, number>>;

export interface ShareRequest {
  readonly fence: Fence;
  readonly limits: Amounts;
  readonly used: Amounts;
}

/** One reservation of each limit, given those of the other living engines. Whoever calls it holds their lock. */
export function divideShares({
  limits,
  used,
  others,
}: {
  readonly limits: Amounts;
  readonly used: Amounts;
  readonly others: readonly Amounts[];
}): Amounts {
  return Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => {
      const inUse = used[name] ?? 0;
      const reserved = others.reduce((sum, amounts) => sum + (amounts[name] ?? 0), 0);
      const fair = Math.ceil(limit / (others.length + 1));
      return [name, Math.max(inUse, Math.min(fair, limit - reserved), 0)];
    }),
  );
}
