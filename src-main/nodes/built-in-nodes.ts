import type { NodeType } from "../../app/engine/node-registry.ts";
import { agentScripted } from "./agent-scripted.ts";
import { approval } from "./approval.ts";
import type { LookupHost } from "./checked-address.ts";
import { delay } from "./delay.ts";
import { fail } from "./fail.ts";
import { fileRead } from "./file-read.ts";
import { fileWrite } from "./file-write.ts";
import { httpRequest } from "./http-request.ts";
import { shellExec } from "./shell-exec.ts";
import { transform } from "./transform.ts";

export interface BuiltInNodeOptions {
  /** No node may read or write in it. */
  readonly dataFolder: string;
  /** Where relative paths of a run without a folder begin; the process's own by default. */
  readonly workingDirectory?: string;
  /** How names become addresses; the operating system's way by default. */
  readonly lookupHost?: LookupHost;
  /** A POSIX `sh`; `/bin/sh` by default. */
  readonly gateShell?: string;
}

/** The node types that every host registers. */
export function builtInNodeTypes(options: BuiltInNodeOptions): NodeType[] {
  const workingDirectory = options.workingDirectory ?? process.cwd();
  const access = { dataFolder: options.dataFolder, workingDirectory };
  return [
    transform,
    delay,
    approval,
    fail,
    httpRequest(options.lookupHost === undefined ? {} : { lookupHost: options.lookupHost }),
    shellExec({
      workingDirectory,
      ...(options.gateShell === undefined ? {} : { gateShell: options.gateShell }),
    }),
    fileRead(access),
    fileWrite(access),
    agentScripted(access),
  ];
}
