import type { Handlers, HandlerParts } from "./handler.ts";

export function runsHandlers({ reads }: HandlerParts): Handlers<"runs.list" | "runs.counters"> {
  return {
    "runs.list": (query) => reads.listRuns(query),
    "runs.counters": async () => ({ counters: await reads.counters() }),
  };
}
