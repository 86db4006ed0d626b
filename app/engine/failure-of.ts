import { messageOf } from "./to-error.ts";
import { ExpressionError } from "../expression/compiled-expression.ts";
import { TemplateError } from "../expression/template.ts";
import { UnserialisableError } from "../model/encode-json.ts";
import type { Failure } from "../model/failure.ts";
import { StorageError } from "../storage/storage-error.ts";
import { HandlerError } from "./handler-error.ts";

const longestMessage = 4_000;
const longestStack = 8_000;

/**
 * What is stored of a thrown value. Anything unknown is a retryable NODE_ERROR. A storage error is
 * thrown on: it never becomes a node's failure, unless saved data is damaged for good.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof StorageError) {
    if (error.code !== "DAMAGED") throw error;
    return { code: "DAMAGED", message: error.message, retryable: false };
  }
  if (error instanceof HandlerError) {
    return {
      code: error.code,
      message: shorten(error.message, longestMessage),
      retryable: error.retryable,
      ...(error.effectNotStarted ? { effectNotStarted: true } : {}),
      ...(error.details === undefined ? {} : { details: error.details }),
      ...causesOf(error),
    };
  }
  if (error instanceof UnserialisableError) {
    return { code: error.code, message: error.message, pointer: error.pointer, retryable: false };
  }
  if (error instanceof TemplateError) {
    return { code: "EXPRESSION", message: error.message, pointer: error.pointer, retryable: false };
  }
  if (error instanceof ExpressionError) {
    return { code: "EXPRESSION", message: error.message, retryable: false };
  }
  if (error instanceof Error) {
    return {
      code: "NODE_ERROR",
      message: shorten(
        `${error.name === "Error" ? "" : `${error.name}: `}${error.message}`,
        longestMessage,
      ),
      retryable: true,
      ...(error.stack === undefined ? {} : { stack: shorten(error.stack, longestStack) }),
      ...causesOf(error),
    };
  }
  return {
    code: "NODE_ERROR",
    message: shorten(messageOf(error), longestMessage),
    retryable: true,
  };
}

function causesOf(error: Error): { causes?: string[] } {
  const causes: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && causes.length < 10) {
    causes.push(shorten(`${cause.name}: ${cause.message}`, longestMessage));
    cause = cause.cause;
  }
  return causes.length === 0 ? {} : { causes };
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
