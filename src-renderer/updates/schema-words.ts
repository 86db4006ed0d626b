import type { UpdateState } from "../../app/contract/update.ts";
import { updateMessages } from "../messages/update-messages.ts";

/** What a version does to the format of the data; null when it keeps it. */
export function schemaWords({
  from,
  to,
}: Extract<UpdateState, { state: "ready" }>["schema"]): string | null {
  if (to === null) return updateMessages.schemaUnknown;
  return to === from ? null : updateMessages.schema(from, to);
}
