import { EngineError } from "../../app/engine/engine-error.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { ControlError } from "./control-message.ts";
import { InvalidWorkflow } from "./invalid-workflow.ts";

/** An error that the owner of the folder answered with. */
export class RemoteError extends Error {
  readonly error: ControlError;

  constructor(error: ControlError) {
    super(error.message);
    this.name = "RemoteError";
    this.error = error;
  }
}

/** An error as it crosses the socket; whatever is not known becomes INTERNAL here, without its stack. */
export function controlErrorOf(error: unknown): ControlError {
  if (error instanceof InvalidWorkflow) {
    const { message, problems } = error;
    return {
      code: "INVALID",
      message,
      details: null,
      problems: problems.map((problem) => ({ ...problem })),
    };
  }
  if (error instanceof EngineError || error instanceof StorageError) {
    const { code, message, details } = error;
    return { code, message, details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "INTERNAL", message, details: null };
}
