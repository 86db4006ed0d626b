import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { copiedFiles } from "../core/data-copy/copied-files.ts";
import { tarBytes, tarOf } from "../core/data-copy/tar-stream.ts";
import { securityHeaders } from "./security-headers.ts";

/** Sends the data of a folder that no engine uses, byte by byte: what is damaged is copied as it is. */
export async function sendDataCopy(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const files = copiedFiles(folder);
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
