import type { Group } from "../../app/storage/change.ts";
import type { Fence } from "../../app/storage/storage.ts";
import { GroupRejection, refuse } from "./group-rejection.ts";
import { isTimestamp } from "./timestamp.ts";

/** What can be said of a group without looking at any row. Throws a GroupRejection. */
export function checkGroup(group: Group, fence: Fence | null): void {
  const what = `Group ${group.groupId} of run ${group.runId}`;
  if (!isTimestamp(group.at))
    throw refuse(what, "its time is not RFC 3339 in UTC with milliseconds");
  if (group.changes.length === 0) throw refuse(what, "it changes nothing");
  for (const { actor } of group.changes) {
    if (actor.kind === "system")
      throw new GroupRejection("ILLEGAL_TRANSITION", `${what}: only recovery acts as system.`);
    if (fence === null && actor.kind === "engine")
      throw refuse(what, "an engine writes only with its epoch");
  }
}
