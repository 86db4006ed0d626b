import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";

/** For data whose syncs are none of the question: in memory where there is such a place. */
export function memoryFolder(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
