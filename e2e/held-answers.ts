import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on loopback that answers nobody until it is told to: a step that asks it lasts as long as a spec needs. */
export interface HeldAnswers {
  readonly origin: string;
  /** How many have asked so far. */
  readonly asked: () => number;
  /** Answers those who wait, and from now on everybody. */
  readonly release: () => void;
  readonly close: () => void;
}

export async function holdAnswers(): Promise<HeldAnswers> {
  let asked = 0;
  let held: ServerResponse[] | null = [];
  const server = createServer((_request, response) => {
    asked += 1;
    if (held === null) response.end("done");
    else held.push(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked: () => asked,
    release() {
      for (const response of held ?? []) response.end("done");
      held = null;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
