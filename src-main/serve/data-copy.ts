import { readdirSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { securityHeaders } from "./security-headers.ts";
import { tarBytes, tarOf, type TarFile } from "./tar-stream.ts";

/** The database, its log and what is kept beside it; no session keys, no settings, no program logs. */
const copiedNames = ["handshake.db", "handshake.db-wal", "blobs"];

/** Sends the data of a folder that no engine uses, byte by byte: what is damaged is copied as it is. */
export async function sendDataCopy(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const files = copiedNames.flatMap((name) => filesAt(folder, name));
  response.writeHead(200, {
    ...securityHeaders,
    "content-type": "application/x-tar",
    "content-length": tarBytes(files),
    "cache-control": "no-store",
  });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  await pipeline(tarOf(files), response);
}

function filesAt(folder: string, name: string): TarFile[] {
  const path = join(folder, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isDirectory()) {
    return readdirSync(path)
      .toSorted()
      .flatMap((entry) => filesAt(folder, `${name}/${entry}`));
  }
  return [{ name, path, bytes: found.size, changedAtMs: found.mtimeMs }];
}
