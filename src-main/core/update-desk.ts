import type { EngineState } from "../../app/contract/engine.ts";
import type { UpdateAction, UpdateState } from "../../app/contract/update.ts";
import { RequestError } from "./request-error.ts";

/** The core's side of the app's updates: the host does them, screens see them through the engine's state. */
export interface UpdateDesk {
  state(): UpdateState;
  /** The host tells how it stands. */
  setState(state: UpdateState): void;
  /** A person asks; the host hears of it. Throws UNAVAILABLE where there is nobody to hear. */
  act(action: UpdateAction): void;
}

export interface UpdateDeskOptions {
  readonly host: EngineState["host"];
  /** Null in browser mode. */
  readonly onAction: ((action: UpdateAction) => void) | null;
}

export function createUpdateDesk({ host, onAction }: UpdateDeskOptions): UpdateDesk {
  // The app tells more once it is up.
  const reason = host === "serve" ? "browser" : "not_packaged";
  let state: UpdateState = { state: "unavailable", reason };
  return {
    state: () => state,
    setState(next) {
      state = next;
    },
    act(action) {
      if (onAction === null || state.state === "unavailable") {
        throw new RequestError("UNAVAILABLE", "This Handshake does not look for updates itself.");
      }
      onAction(action);
    },
  };
}
