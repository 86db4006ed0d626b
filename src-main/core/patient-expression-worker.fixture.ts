import { expressionLimits } from "../../app/expression/compiled-expression.ts";

// For tests: the thread of expressions, which may take a minute here, so that only their memory ends them.

Object.assign(expressionLimits, { timeoutMs: 60_000 });
await import("./expression-worker.ts");
