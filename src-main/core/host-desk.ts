import { RequestError } from "./request-error.ts";

/** What a person asks of the program around the core. */
export type HostAction =
  /** Shows the data folder in the system's file manager. */
  | "reveal-data"
  /** Ends it and starts it again; runs that work are asked about first. */
  | "restart";

/** The core's side of its host: what it can do for a person, and the way to ask for it. */
export interface HostDesk {
  can(action: HostAction): boolean;
  /** The host hears of it. Throws UNAVAILABLE where it cannot. */
  ask(action: HostAction): void;
}

export interface HostDeskOptions {
  readonly abilities: readonly HostAction[];
  readonly onAction: (action: HostAction) => void;
}

export function createHostDesk({ abilities, onAction }: HostDeskOptions): HostDesk {
  const can = (action: HostAction): boolean => abilities.includes(action);
  return {
    can,
    ask(action) {
      if (!can(action)) throw new RequestError("UNAVAILABLE", refusals[action]);
      onAction(action);
    },
  };
}

const refusals: Readonly<Record<HostAction, string>> = {
  "reveal-data": "Handshake runs where there is no desktop, so it cannot show a folder.",
  restart: "This Handshake cannot start itself again: end it in its terminal, and start it there.",
};
