import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { removeFileDurably, writeFileDurably } from "../../durable-files.ts";

export const moveIntentFile = "move.json";

/** A person wants the data to be elsewhere from the next start on. */
const MoveIntent = z.strictObject({ id: z.uuid(), to: z.string() });
export type MoveIntent = z.infer<typeof MoveIntent>;

export function readMoveIntent(folder: string): MoveIntent | null {
  try {
    return MoveIntent.parse(JSON.parse(readFileSync(join(folder, moveIntentFile), "utf8")));
  } catch {
    // Missing, or not of our making: then nothing is moved.
    return null;
  }
}

export function keepMoveIntent(folder: string, to: string): MoveIntent {
  const intent = { id: randomUUID(), to };
  writeFileDurably(join(folder, moveIntentFile), `${JSON.stringify(intent, null, 2)}\n`);
  return intent;
}

export function dropMoveIntent(folder: string): void {
  removeFileDurably(join(folder, moveIntentFile));
}
