import type { Page } from "@playwright/test";
import type { RequestInput, RequestName, RequestOutput } from "../../app/contract/contract.ts";
import * as z from "zod";
import type { JsonObject } from "../../app/model/json.ts";
import type { RecoverySeen } from "../read-database.ts";
import type { TestFolder } from "./test-folder.ts";

/** The desktop app, or `handshake serve` and a tab. */
export type HostKind = "desktop" | "browser";

/** One installation of Handshake that a story is told on: what differs between the hosts is behind this. */
export interface Host {
  readonly kind: HostKind;
  readonly folder: TestFolder;
  /**
   * Starts it, again after `kill`, with files of hooks/. Resolves to the page; in browser mode always the one
   * tab, left open.
   */
  readonly start: (hooks?: readonly string[]) => Promise<Page>;
  /** SIGKILL to the process that owns the data, and it is gone. */
  readonly kill: () => Promise<void>;
  /**
   * What a second process read in the database at the last start: when the main window was constructed,
   * or when the port was opened, before which no tab can connect.
   */
  readonly seenBeforeScreens: () => Promise<RecoverySeen>;
  /** Asks the core beside the screens: to set a scene, never to play what the spec is about. */
  readonly request: <Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ) => Promise<RequestOutput<Name>>;
  /** Errors that the spec brings about itself. */
  readonly expectError: (part: string | RegExp) => void;
}

/** Starts a run of a definition; relative folders begin in the person's own place. */
export async function startRun(
  host: Host,
  definition: object,
  input: JsonObject = {},
): Promise<string> {
  const text = JSON.stringify(definition);
  const capabilities = "capabilities" in definition ? definition.capabilities : [];
  const { runId } = await host.request("run.start", {
    workflow: { from: "text", text, fileName: "workflow.json", path: null },
    input,
    grants: z.array(z.string()).parse(capabilities),
    requestKey: crypto.randomUUID(),
  });
  return runId;
}
