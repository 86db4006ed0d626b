import { parentPort } from "node:worker_threads";
import {
  compileExpression,
  ExpressionError,
  type ExpressionScope,
} from "../../app/expression/compiled-expression.ts";
import type { JsonValue } from "../../app/model/json.ts";

/** The thread in which expressions run that may have to be killed. Its owner is isolated-expressions.ts. */

export interface ExpressionRequest {
  readonly source: string;
  readonly scope: ExpressionScope;
}

export type ExpressionReply =
  | { readonly kind: "ready" }
  | { readonly kind: "value"; readonly value: JsonValue | undefined }
  | { readonly kind: "error"; readonly message: string; readonly position: number | null };

const port = parentPort;
if (port === null) throw new Error("expression-worker.ts is started as a worker thread only.");

port.on("message", (request: ExpressionRequest) => {
  void answer(request).then((reply) => {
    port.postMessage(reply);
  });
});
const ready: ExpressionReply = { kind: "ready" };
port.postMessage(ready);

async function answer({ source, scope }: ExpressionRequest): Promise<ExpressionReply> {
  try {
    return { kind: "value", value: await compileExpression(source).evaluate(scope) };
  } catch (error) {
    const position = error instanceof ExpressionError ? error.position : null;
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "error", message, position };
  }
}
