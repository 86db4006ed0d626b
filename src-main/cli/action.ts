import type { CoreRequest } from "../core/core-request.ts";

/** Something that a person asks for, as its command understood it. */
export interface Action {
  /** The command's name. */
  readonly name: string;
  readonly request: CoreRequest;
  /** Go on until the run ended or waits; else only until the request is committed. */
  readonly follow: boolean;
}
