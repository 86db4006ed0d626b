import { useRef, useState } from "react";
import { api } from "../api.ts";
import { recoveryMessages } from "../messages/recovery-messages.ts";
import { runStore } from "../run-store.ts";
import { announce } from "../shell/announcer.ts";

/** Resuming all safe runs, two at a time, with a stop; then what became of it in one line. */
export function useResumeSafe() {
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<string | null>(null);
  const asking = useRef<AbortController | null>(null);

  const start = (runIds: readonly string[] | "all"): void => {
    const asked = new AbortController();
    asking.current = asked;
    setIsBusy(true);
    setOutcome(null);
    const input = { runIds: runIds === "all" ? runIds : [...runIds] };
    void api.request("recovery.resumeSafe", input, { signal: asked.signal }).then((answer) => {
      setIsBusy(false);
      runStore.recovery.refresh();
      const text = answer.ok
        ? [
            recoveryMessages.resumed(answer.value.resumed.length),
            ...answer.value.left.slice(0, 3).map((one) => recoveryMessages.leftOne(one.why)),
          ].join(" ")
        : answer.error.message;
      setOutcome(text);
      announce(text);
    });
  };
  return { isBusy, outcome, start, stop: () => asking.current?.abort() };
}
