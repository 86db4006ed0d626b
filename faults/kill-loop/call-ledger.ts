import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** One call of a handler or of a sub-step's function, written down by itself, outside the database. */
export interface LedgerCall {
  readonly call: "handler" | "sub-step";
  readonly runId: string;
  readonly nodePath: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** Of a sub-step: its name and which call of that name in this attempt. */
  readonly name?: string;
  readonly n?: number;
}

export interface CallLedger {
  /** On the disk when it returns. */
  append(call: LedgerCall): void;
  close(): void;
}

/** Appends whole lines: the lines of a process that was killed in between are all there or not. */
export function openCallLedger(file: string): CallLedger {
  const handle = openSync(file, "a", 0o600);
  return {
    append(call) {
      writeSync(handle, `${JSON.stringify(call)}\n`);
      fsyncSync(handle);
    },
    close: () => closeSync(handle),
  };
}

export function readCallLedger(file: string): readonly LedgerCall[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  // Written by openCallLedger alone.
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LedgerCall);
}
