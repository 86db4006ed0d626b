import type { ApiError } from "../../app/contract/api-error.ts";
import type { RequestOutput } from "../../app/contract/contract.ts";
import type { ApiClient } from "../link/api-client.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";

export type Recovery = RequestOutput<"recovery.get">;

export interface RecoveryView {
  /** Null until it was read once. */
  readonly recovery: Recovery | null;
  readonly error: ApiError | null;
}

/** What stopped and waits for a person: read again whenever the number of stalled runs changes. */
export interface RecoveryWatch {
  readonly view: StoreValue<RecoveryView>;
  refresh(): void;
  loadMore(): void;
}

export function watchRecovery(client: ApiClient): RecoveryWatch {
  const view = createStoreValue<RecoveryView>({ recovery: null, error: null });
  let request: AbortController | null = null;

  const read = async (before: string | null): Promise<void> => {
    request?.abort();
    const asked = new AbortController();
    request = asked;
    const answer = await client.request("recovery.get", { before }, { signal: asked.signal });
    if (asked.signal.aborted) return;
    if (!answer.ok) {
      view.set({ ...view.get(), error: answer.error });
      return;
    }
    const earlier = before === null ? [] : (view.get().recovery?.runs ?? []);
    view.set({
      recovery: { ...answer.value, runs: [...earlier, ...answer.value.runs] },
      error: null,
    });
  };

  return {
    view,
    refresh: () => void read(null),
    loadMore: () => {
      const next = view.get().recovery?.next ?? null;
      if (next !== null) void read(next);
    },
  };
}
