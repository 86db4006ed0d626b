import type { ParsedInput, RequestName, RequestOutput } from "../../../app/contract/contract.ts";
import type { LogLevel } from "../../../app/contract/run.ts";
import type { Actor } from "../../../app/model/actor.ts";
import type { Core } from "../core.ts";
import type { CorePorts } from "../core-ports.ts";
import type { DataDesk } from "../data-desk.ts";
import type { EngineDesk } from "../engine-desk.ts";
import type { HostDesk } from "../host-desk.ts";
import type { MoveDesk } from "../move-desk.ts";
import type { ExportShelf } from "../keeping/export-shelf.ts";
import type { PutOffRuns } from "../keeping/put-off-runs.ts";
import type { RememberedGrants } from "../keeping/remembered-grants.ts";
import type { BundledSample } from "../keeping/samples.ts";
import type { SettingsStore } from "../keeping/settings-store.ts";
import type { WorkflowLibrary } from "../keeping/workflow-library.ts";
import type { ScreenReads } from "../reading/screen-reads.ts";
import type { SecretDesk } from "../secret-desk.ts";
import type { UpdateDesk } from "../update-desk.ts";

/** What answers a request. Input and output are checked by whoever calls it. */
export type Handler<Name extends RequestName> = (
  input: ParsedInput<Name>,
  context: HandlerContext,
) => Promise<RequestOutput<Name>>;

export type Handlers<Name extends RequestName = RequestName> = { readonly [N in Name]: Handler<N> };

export interface HandlerContext {
  /** Aborted when the client takes the request back, or is gone. */
  readonly signal: AbortSignal;
  /** The person, and the door that they came through. */
  readonly actor: Actor;
}

/** Everything that handlers are made of. */
export interface HandlerParts {
  readonly core: Core;
  readonly reads: ScreenReads;
  readonly registry: CorePorts["registry"];
  readonly digest: CorePorts["digest"];
  readonly now: () => number;
  readonly engineDesk: EngineDesk;
  readonly updateDesk: UpdateDesk;
  readonly hostDesk: HostDesk;
  readonly moveDesk: MoveDesk;
  readonly secretDesk: SecretDesk;
  readonly dataDesk: DataDesk;
  readonly settings: SettingsStore;
  readonly putOff: PutOffRuns;
  readonly grants: RememberedGrants;
  readonly library: WorkflowLibrary;
  readonly samples: readonly BundledSample[];
  readonly exports: ExportShelf;
  readonly dataFolder: string;
  /** Where relative folders of workflows without a file begin; made when one is started. */
  readonly workFolder: string;
  /** For the app's own log. */
  readonly log: (level: LogLevel, source: string, message: string) => void;
}
