import { StorageError, type StorageErrorCode } from "../../app/storage/storage-error.ts";

/** Why one group cannot be applied, while the others of its batch can. */
export class GroupRejection extends StorageError {
  constructor(
    code: Extract<
      StorageErrorCode,
      "CONFLICT" | "CONSTRAINT" | "NOT_FOUND" | "ILLEGAL_TRANSITION" | "TOO_LARGE"
    >,
    message: string,
    details: Readonly<Record<string, string | number | null>> = {},
  ) {
    super(code, message, { details });
  }
}

/** A compare-and-set that missed: what was expected is not there any more. */
export function conflict(what: string): GroupRejection {
  return new GroupRejection(
    "CONFLICT",
    `${what} has changed meanwhile. Read it again and decide anew.`,
  );
}

export function refuse(what: string, why: string): GroupRejection {
  return new GroupRejection("CONSTRAINT", `${what} is refused: ${why}.`);
}
