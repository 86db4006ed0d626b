import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { StorageError } from "../../app/storage/storage-error.ts";

const PortFile = z.object({ port: z.number().int().min(1).max(65_535) });

/**
 * Where the screens of the owner that is in the way can be seen, by a browser that opened them before; null
 * when it has none.
 */
export function servedAddressOf(error: Error, dataFolder: string): string | null {
  const isServed =
    error instanceof StorageError &&
    error.code === "IN_USE" &&
    error.details["kind"] === "handshake serve";
  if (!isServed) return null;
  try {
    const text = readFileSync(join(dataFolder, "browser-port.json"), "utf8");
    return `http://127.0.0.1:${PortFile.parse(JSON.parse(text)).port}/`;
  } catch {
    // It has not opened its port yet, or never did.
    return null;
  }
}
