import { useCallback, useEffect, useState } from "react";
import type { RequestInput, RequestName, RequestOutput } from "../../app/contract/contract.ts";
import { api } from "../api.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";

// Each of these requests takes an empty object.
const nothing: unknown = {};

/** The requests that take nothing. */
export type PlainRequest = Extract<
  RequestName,
  "data.info" | "secrets.list" | "permissions.list" | "diagnostics.preview"
>;

export interface Answered<Value> {
  /** Null until it was answered once. */
  readonly value: Value | null;
  readonly error: string | null;
  /** Asks again. */
  readonly refresh: () => void;
}

/** The answer to a request without input: asked when the screen opens and when the engine is back. */
export function useAnswer<Name extends PlainRequest>(name: Name): Answered<RequestOutput<Name>> {
  const connection = useStoreValue(runStore.connection);
  const [value, setValue] = useState<RequestOutput<Name> | null>(null);
  const [error, setError] = useState<string | null>(null);
  const refresh = useCallback(() => {
    void api.request<Name>(name, nothing as RequestInput<Name>).then((answer) => {
      if (answer.ok) setValue(answer.value);
      setError(answer.ok ? null : answer.error.message);
    });
  }, [name]);
  useEffect(() => {
    if (connection.state === "up") refresh();
  }, [connection, refresh]);
  return { value, error, refresh };
}
