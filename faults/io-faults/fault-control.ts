import { closeSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { constants } from "node:os";

/** Which calls fail, on which files, and how: what inject-faults.c reads at every call. */
export interface Fault {
  readonly calls: readonly FaultCall[];
  readonly file: "data file" | "log" | "any";
  /** So many of these calls pass first. */
  readonly skip: number;
  /** Then so many fail; afterwards the fault is over by itself. */
  readonly failures: number;
  /** `kill`: the process gets SIGKILL instead. */
  readonly code: "EIO" | "ENOSPC" | "kill";
  /** A write has done half of its work before it fails. */
  readonly isShort?: boolean;
}

export type FaultCall = keyof typeof callBits;

const callBits = { write: 1, sync: 2, truncate: 4, open: 8, name: 16 } as const;
const fileBits = { "data file": 1, log: 2, any: 4 } as const;
const words = 8;

export interface FaultControl {
  /** From now on. The counts begin again. */
  arm(fault: Fault): void;
  /** The fault is over. Returns what it did. */
  disarm(): { readonly seen: number; readonly failed: number };
  readonly failed: number;
  close(): void;
}

/** The page that a process shares with the library preloaded into it. */
export function createFaultControl(file: string): void {
  writeFileSync(file, Buffer.alloc(words * 4), { mode: 0o600 });
}

export function openFaultControl(file: string): FaultControl {
  const handle = openSync(file, "r+");

  function write(values: readonly number[]): void {
    const page = Buffer.alloc(words * 4);
    values.forEach((value, index) => page.writeUInt32LE(value, index * 4));
    writeSync(handle, page, 0, page.length, 0);
  }

  function read(): { readonly seen: number; readonly failed: number } {
    const page = Buffer.alloc(words * 4);
    readSync(handle, page, 0, page.length, 0);
    return { seen: page.readUInt32LE(24), failed: page.readUInt32LE(28) };
  }

  return {
    arm({ calls, file: name, skip, failures, code, isShort = false }) {
      const set = calls.reduce((bits, call) => bits | callBits[call], 0);
      const errno = code === "kill" ? 0 : constants.errno[code];
      write([set, fileBits[name], skip, failures, errno, Number(isShort), 0, 0]);
    },
    disarm() {
      const done = read();
      write([0, 0, 0, 0, 0, 0, 0, 0]);
      return done;
    },
    get failed() {
      return read().failed;
    },
    close: () => closeSync(handle),
  };
}
