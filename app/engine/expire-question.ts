import { encodeJson } from "../model/encode-json.ts";
import type { ActiveRun } from "./active-run.ts";
import { completeNode, failNode } from "./end-node.ts";
import type { Draft, LiveNode } from "./run-state.ts";

/** An approval that nobody answered in time answers itself: it fails, or takes the answer given for that. */
export function expire(run: ActiveRun, draft: Draft, live: LiveNode): void | Promise<void> {
  const { question } = live;
  const onExpire = question?.onExpire ?? "fail";
  if (onExpire === "fail") {
    const message = `Nobody answered until ${question?.expiresAt ?? "its expiry"}.`;
    const error = { code: "EXPIRED", message, retryable: false };
    return failNode(run.state, draft, live, { error }, run.endContext);
  }
  const text = encodeJson(onExpire);
  const output = { text, ...run.internals.ports.digest(text) };
  return completeNode(run.state, draft, live, { output, reason: "expired" }, run.endContext);
}
