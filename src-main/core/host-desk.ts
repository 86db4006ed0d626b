import { RequestError } from "./request-error.ts";

/** What a person asks of the program around the core. */
export type HostAction =
  /** Shows the data folder in the system's file manager. */
  | "reveal-data"
  /** Ends it and starts it again; runs that work are asked about first. */
  | "restart"
  /** Lets a person choose a folder in the system's own dialog: answered with `chosen`. */
  | "choose-folder";

/** The core's side of its host: what it can do for a person, and the way to ask for it. */
export interface HostDesk {
  can(action: HostAction): boolean;
  /** The host hears of it. Throws UNAVAILABLE where it cannot. */
  ask(action: Exclude<HostAction, "choose-folder">): void;
  /** Resolves to the folder's whole path, or null where the person chose none. Rejects as `ask` throws. */
  chooseFolder(): Promise<string | null>;
  /** The host tells what a person chose. */
  chosen(folder: string | null): void;
}

export interface HostDeskOptions {
  readonly abilities: readonly HostAction[];
  readonly onAction: (action: HostAction) => void;
}

export function createHostDesk({ abilities, onAction }: HostDeskOptions): HostDesk {
  let choosing: PromiseWithResolvers<string | null> | null = null;
  const can = (action: HostAction): boolean => abilities.includes(action);
  const act = (action: HostAction): void => {
    if (!can(action)) throw new RequestError("UNAVAILABLE", refusals[action]);
    onAction(action);
  };
  return {
    can,
    ask: act,
    async chooseFolder() {
      // One dialog at a time: whoever asks again waits for the same one.
      if (choosing === null) {
        act("choose-folder");
        choosing = Promise.withResolvers();
      }
      return choosing.promise;
    },
    chosen(folder) {
      choosing?.resolve(folder);
      choosing = null;
    },
  };
}

const refusals: Readonly<Record<HostAction, string>> = {
  "reveal-data": "Handshake runs where there is no desktop, so it cannot show a folder.",
  restart: "This Handshake cannot start itself again: end it in its terminal, and start it there.",
  "choose-folder": "This Handshake has no dialog to choose a folder in: write the folder's path.",
};
