import type * as z from "zod";
import { dataRequests } from "./data.ts";
import { engineRequests } from "./engine.ts";
import { recoveryRequests } from "./recovery.ts";
import { runActionRequests } from "./run-actions.ts";
import { runRequests } from "./run.ts";
import { runsRequests } from "./runs.ts";
import { settingsRequests } from "./settings.ts";
import { updateRequests } from "./update.ts";
import { workflowsRequests } from "./workflows.ts";

/** Every request that a screen can make: what it takes, what it is answered. Both are strict. */
export const requests = {
  ...runsRequests,
  ...runRequests,
  ...runActionRequests,
  ...recoveryRequests,
  ...workflowsRequests,
  ...settingsRequests,
  ...dataRequests,
  ...engineRequests,
  ...updateRequests,
} as const;

export type RequestName = keyof typeof requests;

/** As a client writes it: what has a default may be left out. */
export type RequestInput<Name extends RequestName> = z.input<(typeof requests)[Name]["input"]>;
/** As a handler gets it: checked, defaults filled in. */
export type ParsedInput<Name extends RequestName> = z.output<(typeof requests)[Name]["input"]>;
export type RequestOutput<Name extends RequestName> = z.output<(typeof requests)[Name]["output"]>;

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}
