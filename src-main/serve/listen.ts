import type { Server } from "node:http";
import { join } from "node:path";
import * as z from "zod";
import { dataFile } from "../core/keeping/data-file.ts";

const PortFile = z.strictObject({ port: z.number().int().min(1).max(65_535).nullable() });
const loopback = "127.0.0.1";

/**
 * Listens on this machine only. The port is the one that this data folder had before, because a tab's
 * session is bound to it; another one when it is taken, or when a person names one.
 */
export async function listenForFolder(
  server: Server,
  folder: {
    readonly dataFolder: string;
    /** A port that must be had; EADDRINUSE is thrown. */
    readonly named: number | null;
    readonly onDamage: (path: string) => void;
  },
): Promise<number> {
  const file = dataFile({
    path: join(folder.dataFolder, "browser-port.json"),
    schema: PortFile,
    empty: { port: null },
    onDamage: folder.onDamage,
  });
  const before = file.read().port;
  const port = await listenSomewhere(server, folder.named, before);
  if (port !== before) file.write({ port });
  return port;
}

async function listenSomewhere(
  server: Server,
  named: number | null,
  before: number | null,
): Promise<number> {
  if (named !== null) return listen(server, named);
  try {
    return await listen(server, before ?? 0);
  } catch (error) {
    if (before === null || !isTaken(error)) throw error;
    return listen(server, 0);
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: loopback, port, exclusive: true }, () => {
      server.off("error", reject);
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new Error("The server listens on no port."));
      } else resolve(address.port);
    });
  });
}

export function isTaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "EADDRINUSE" || code === "EACCES";
}
