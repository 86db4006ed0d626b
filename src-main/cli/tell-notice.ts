import type { CoreNotice } from "../core/core.ts";
import type { Output } from "./output.ts";

/** What the core has to say of itself goes to standard error: a line, or an object with --json. */
export function tellNotice(output: Output, notice: CoreNotice): void {
  output.note(notice.message);
  output.errorObject({ type: "notice", ...notice });
}
