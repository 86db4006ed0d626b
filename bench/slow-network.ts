import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { SlowNetworkStart } from "./slow-network-thread.ts";

export interface SlowNetwork {
  /** The same address, by way of the slow network. */
  readonly url: string;
  close(): Promise<void>;
}

/** A way to a server on which everything takes `delayMs` longer, in each direction. In a thread of its own. */
export async function openSlowNetwork(url: string, delayMs: number): Promise<SlowNetwork> {
  const to = new URL(url);
  const workerData: SlowNetworkStart = { host: to.hostname, port: Number(to.port), delayMs };
  const thread = new Worker(new URL("slow-network-thread.ts", import.meta.url), { workerData });
  const message: unknown[] = await once(thread, "message");
  to.port = String(message[0]);
  return {
    url: to.toString(),
    async close() {
      await thread.terminate();
    },
  };
}
