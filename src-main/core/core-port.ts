import type { EngineState } from "../../app/contract/engine.ts";
import type { LogLevel } from "../../app/contract/run.ts";
import type { UpdateAction, UpdateState } from "../../app/contract/update.ts";
import type { DatabaseChoice } from "./database-choice.ts";
import type { DataFolderChoice } from "../data-folder.ts";
import type { CoreFiles } from "./core-files.ts";
import type { HostAction } from "./host-desk.ts";
import type { CoreStep, StepAmount } from "./core-step.ts";
import type { ThreadFailure } from "./thread-failure.ts";

/** What a core thread is started with: plain data. */
export interface CoreThreadStart {
  readonly dataFolder: DataFolderChoice;
  readonly database: DatabaseChoice;
  readonly host: EngineState["host"];
  readonly name: string;
  readonly workFolder: string | undefined;
  readonly isRestart: boolean;
  /** What the host does when a person asks for it: told as `host-action`. */
  readonly abilities: readonly HostAction[];
  /** How long a cancelled step may take to end by itself; the engine's own value by default. */
  readonly forcedEndMs?: number;
}

/** Clients are numbers that the host gives; `message`s are JSON in UTF-8 that it does not look into. */
export type ToCore =
  | { readonly kind: "connect"; readonly client: number }
  | { readonly kind: "message"; readonly client: number; readonly bytes: Uint8Array }
  | { readonly kind: "disconnect"; readonly client: number }
  | { readonly kind: "update"; readonly state: UpdateState }
  /** What a person chose: the answer to `choose-folder`. */
  | { readonly kind: "chosen-folder"; readonly folder: string | null }
  /** Answered with `files`. */
  | { readonly kind: "tell-files" }
  | { readonly kind: "close"; readonly drainMs: number };

export type FromCore =
  | { readonly kind: "progress"; readonly step: CoreStep; readonly amount?: StepAmount }
  | { readonly kind: "ready"; readonly state: EngineState }
  | { readonly kind: "failed"; readonly failure: ThreadFailure }
  | { readonly kind: "message"; readonly client: number; readonly bytes: Uint8Array }
  /** It sent what is no message: hang up. */
  | { readonly kind: "drop"; readonly client: number }
  | {
      readonly kind: "log";
      readonly level: LogLevel;
      readonly source: string;
      readonly message: string;
    }
  /** A person asks something of the app's updates. */
  | { readonly kind: "update-action"; readonly action: UpdateAction }
  | { readonly kind: "host-action"; readonly action: HostAction }
  | { readonly kind: "files"; readonly files: CoreFiles }
  /** Everything is closed; the thread ends by itself. */
  | { readonly kind: "closed"; readonly failure: ThreadFailure | null };

/** The way to a core, wherever it lives: a worker thread here, a utility process one day. */
export interface CorePort {
  post(message: ToCore): void;
  onMessage(listener: (message: FromCore) => void): void;
  /** Called once, when nothing more will come. */
  onExit(listener: (error: unknown) => void): void;
}
