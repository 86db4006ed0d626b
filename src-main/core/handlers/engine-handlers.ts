import type { Handlers, HandlerParts } from "./handler.ts";

export function engineHandlers({
  engineDesk,
}: HandlerParts): Handlers<"engine.state" | "engine.start"> {
  return {
    "engine.state": async () => ({ engine: engineDesk.state() }),
    "engine.start": async () => {
      engineDesk.start();
      return { engine: engineDesk.state() };
    },
  };
}
