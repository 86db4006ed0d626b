import type { ShortFailure } from "../../../app/contract/run-row.ts";
import type { Failure } from "../../../app/model/failure.ts";
import { safeText } from "../../../app/model/safe-text.ts";

const rowMessage = 500;
const pageMessage = 4_000;
const pageStack = 8_000;
const pageDetails = 4_000;
const pageCauses = 10;

/** What a row of a list says of a failure: one line, in which nothing can hide or turn around. */
export function shortFailureOf({ code, message, nodePath }: Failure): ShortFailure {
  return {
    code,
    message: cut(safeText(message.slice(0, 2 * rowMessage)), rowMessage),
    ...(nodePath === undefined ? {} : { nodePath }),
  };
}

/** A failure that fits on a page beside a hundred others; `run.attempts` answers the whole of it. */
export function pageFailureOf(failure: Failure): Failure {
  const { details, stack, causes, ...rest } = failure;
  const isSmall = details === undefined || JSON.stringify(details).length <= pageDetails;
  return {
    ...rest,
    message: cut(failure.message, pageMessage),
    ...(stack === undefined ? {} : { stack: cut(stack, pageStack) }),
    ...(causes === undefined
      ? {}
      : { causes: causes.slice(0, pageCauses).map((cause) => cut(cause, pageMessage)) }),
    ...(details !== undefined && isSmall ? { details } : {}),
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
