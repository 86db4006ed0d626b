import { hash, randomBytes, randomUUID } from "node:crypto";
import type { EnginePorts } from "../../app/engine/engine-ports.ts";
import { newRunId } from "../../app/model/execution-id.ts";
import { systemClock } from "./system-clock.ts";

type SystemPorts = Pick<EnginePorts, "clock" | "digest" | "newRunId" | "newUuid" | "random">;

/** What the engine takes from the machine: time, hashes, ids, chance. */
export const systemPorts: SystemPorts = {
  clock: systemClock,
  digest: (text) => ({ sha256: hash("sha256", text, "hex"), bytes: Buffer.byteLength(text) }),
  newRunId: () => newRunId(Date.now(), randomBytes(6)),
  newUuid: () => randomUUID(),
  random: () => Math.random(),
};
