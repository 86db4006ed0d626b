import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";

const SlowNetworkStart = z.object({ host: z.string(), port: z.number(), delayMs: z.number() });
export type SlowNetworkStart = z.infer<typeof SlowNetworkStart>;

const { host, port, delayMs } = SlowNetworkStart.parse(workerData);

/** Passes on each piece later, in order. */
function pass(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on("data", (piece) => setTimeout(() => to.write(piece), delayMs));
  from.on("close", () => setTimeout(() => to.destroy(), delayMs));
  from.on("error", () => from.destroy());
}

const server = createServer((client) => {
  const behind = connect(port, host);
  pass(client, behind);
  pass(behind, client);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
parentPort?.postMessage(address !== null && typeof address !== "string" ? address.port : 0);
