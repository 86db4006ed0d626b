import { Worker } from "node:worker_threads";
import {
  ExpressionError,
  expressionLimits,
  type ExpressionScope,
} from "../../app/expression/compiled-expression.ts";
import { isLargerThan } from "../../app/expression/expression-scope.ts";
import type { JsonValue } from "../../app/model/json.ts";
import type { ExpressionReply, ExpressionRequest } from "./expression-worker.ts";

export interface IsolatedExpressions {
  /**
   * Evaluates in another thread, one expression after the other. After one second of its own, or when
   * it needs too much memory, the thread is killed and the expression rejects with `ExpressionError`.
   */
  evaluate(source: string, scope: ExpressionScope): Promise<JsonValue | undefined>;
  /** Ends the thread; what is still waiting rejects. */
  close(): Promise<void>;
}

/**
 * V8 ends a thread that fills its heap bit by bit, but the whole process when a single large array or
 * string does not fit. So the heap is roomy, and what one step may allocate is bounded: by
 * `expressionLimits`, and by the size of a scope.
 */
const defaultMemoryMb = 2_048;
const largestScope = 32_000_000;

/** The thread is started by the first expression and does not keep the process alive. */
export function createIsolatedExpressions(
  options: {
    readonly workerUrl?: URL;
    readonly memoryMb?: number;
    readonly timeoutMs?: number;
  } = {},
): IsolatedExpressions {
  const workerUrl = options.workerUrl ?? new URL("./expression-worker.ts", import.meta.url);
  const memoryMb = options.memoryMb ?? defaultMemoryMb;
  const timeoutMs = options.timeoutMs ?? expressionLimits.timeoutMs;
  let thread: ExpressionThread | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  async function evaluateNext(request: ExpressionRequest): Promise<JsonValue | undefined> {
    if (isClosed) throw closed(request.source);
    if (isLargerThan(request.scope, largestScope)) {
      throw new ExpressionError({
        message: "It reads more than 32 MB. Read less of it, or a plain path only.",
        source: request.source,
      });
    }
    thread ??= startThread({ workerUrl, memoryMb, timeoutMs });
    const current = thread;
    const outcome = await current.evaluate(request);
    if (outcome.kind === "value") return outcome.value;
    if (outcome.kind === "dead") {
      if (thread === current) thread = null;
      await current.end();
    }
    const { message } = outcome;
    const position = outcome.kind === "error" ? outcome.position : null;
    throw isClosed
      ? closed(request.source)
      : new ExpressionError({ message, source: request.source, position });
  }

  return {
    evaluate(source, scope) {
      const result = last.then(() => evaluateNext({ source, scope }));
      // The next one waits for this one, however it ends; the caller gets the rejection.
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      isClosed = true;
      const ending = thread;
      thread = null;
      await ending?.end();
      await last;
    },
  };
}

function closed(source: string): ExpressionError {
  return new ExpressionError({ message: "It was not evaluated: the engine is stopping.", source });
}

type Outcome =
  | Exclude<ExpressionReply, { kind: "ready" }>
  | { readonly kind: "dead"; readonly message: string };

interface ExpressionThread {
  evaluate(request: ExpressionRequest): Promise<Outcome>;
  end(): Promise<void>;
}

function startThread(options: {
  workerUrl: URL;
  memoryMb: number;
  timeoutMs: number;
}): ExpressionThread {
  const { workerUrl, memoryMb, timeoutMs } = options;
  const worker = new Worker(workerUrl, {
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32 },
    env: {},
    stdin: false,
  });
  worker.unref();
  let death: string | null = null;
  let settle: ((outcome: Outcome) => void) | null = null;
  const finish = (outcome: Outcome): void => {
    if (outcome.kind === "dead") death ??= outcome.message;
    settle?.(outcome);
    settle = null;
  };

  const ready = Promise.withResolvers<void>();
  worker.on("message", (reply: ExpressionReply) => {
    if (reply.kind === "ready") ready.resolve();
    else finish(reply);
  });
  worker.on("error", (error: Error) => {
    const isOutOfMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    const message = isOutOfMemory
      ? `It needs more than ${memoryMb} MB.`
      : `It failed: ${error.message}`;
    finish({ kind: "dead", message });
    ready.resolve();
  });
  worker.on("exit", () => {
    finish({ kind: "dead", message: "Its thread ended." });
    ready.resolve();
  });

  return {
    async evaluate(request) {
      worker.ref();
      try {
        // Starting the thread does not count as the expression's time.
        await ready.promise;
        if (death !== null) return { kind: "dead", message: death };
        return await new Promise<Outcome>((resolve) => {
          const timer = setTimeout(() => {
            finish({ kind: "dead", message: `It took longer than ${timeoutMs} ms.` });
          }, timeoutMs);
          settle = (outcome) => {
            clearTimeout(timer);
            resolve(outcome);
          };
          worker.postMessage(request);
        });
      } finally {
        worker.unref();
      }
    },
    async end() {
      finish({ kind: "dead", message: "Its thread was ended." });
      await worker.terminate();
    },
  };
}
