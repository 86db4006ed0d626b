import { dataHandlers } from "./handlers/data-handlers.ts";
import { engineHandlers } from "./handlers/engine-handlers.ts";
import type { Handlers, HandlerParts } from "./handlers/handler.ts";
import { recoveryHandlers } from "./handlers/recovery-handlers.ts";
import { runActionHandlers } from "./handlers/run-action-handlers.ts";
import { runHandlers } from "./handlers/run-handlers.ts";
import { runsHandlers } from "./handlers/runs-handlers.ts";
import { settingsHandlers } from "./handlers/settings-handlers.ts";
import { updateHandlers } from "./handlers/update-handlers.ts";
import { workflowHandlers } from "./handlers/workflow-handlers.ts";

/** What answers each request of the contract; one that is missing does not compile. */
export function createHandlers(parts: HandlerParts): Handlers {
  return {
    ...runsHandlers(parts),
    ...runHandlers(parts),
    ...runActionHandlers(parts),
    ...recoveryHandlers(parts),
    ...workflowHandlers(parts),
    ...settingsHandlers(parts),
    ...dataHandlers(parts),
    ...engineHandlers(parts),
    ...updateHandlers(parts),
  };
}
