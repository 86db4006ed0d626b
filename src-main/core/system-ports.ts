import { hash, randomFillSync, randomUUID } from "node:crypto";
import type { EnginePorts } from "../../app/engine/engine-ports.ts";
import { newRunId } from "../../app/model/execution-id.ts";
import { systemClock } from "./system-clock.ts";

type SystemPorts = Pick<EnginePorts, "clock" | "digest" | "newRunId" | "newUuid" | "random">;

const pool = new Uint8Array(3_072);
let taken = pool.length;

/** From a store of random bytes: a call of the system for each id costs more than all the rest of it. */
function takeRandom(bytes: number): Uint8Array {
  if (taken + bytes > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += bytes;
  return pool.subarray(taken - bytes, taken);
}

/** What the engine takes from the machine: time, hashes, ids, chance. */
export const systemPorts: SystemPorts = {
  clock: systemClock,
  digest: (text) => ({ sha256: hash("sha256", text, "hex"), bytes: Buffer.byteLength(text) }),
  newRunId: () => newRunId(Date.now(), takeRandom(6)),
  newUuid: () => randomUUID(),
  random: () => Math.random(),
};
