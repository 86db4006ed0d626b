import type { Handlers, HandlerParts } from "./handler.ts";

export function updateHandlers({ updateDesk }: HandlerParts): Handlers<"update.act"> {
  return {
    "update.act": async ({ action }) => {
      updateDesk.act(action);
      return {};
    },
  };
}
