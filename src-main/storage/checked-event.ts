import { parseRunEventData } from "../../app/model/run-event.ts";
import type { Change } from "../../app/storage/change.ts";
import { eventOfChange } from "../../app/storage/event-of-change.ts";
import { refuse } from "./group-rejection.ts";
import { checkNodeChange } from "./node-change-check.ts";

/**
 * The one event of a change, as it may be stored. Unknown and malformed ones are refused, and with them
 * their group.
 */
export function checkedEvent(change: Change, runId: string): ReturnType<typeof eventOfChange> {
  if (change.change === "createNode" || change.change === "nodeStatus") {
    // Two of these for every step: checked by hand, because parsing by schema costs 3 µs each.
    checkNodeChange(change, runId);
    return eventOfChange(change);
  }
  // From JavaScript, or over a port, a change may be of no known kind.
  const event: ReturnType<typeof eventOfChange> | undefined = eventOfChange(change);
  if (event === undefined)
    throw refuse(`A change of run ${runId}`, `"${String((change as Change).change)}" is unknown`);
  try {
    return parseRunEventData(event.type, event.data);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw refuse(`A ${event.type} event of run ${runId}`, message);
  }
}
