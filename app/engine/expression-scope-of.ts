import type { ExpressionScope } from "../expression/compiled-expression.ts";
import type { JsonValue } from "../model/json.ts";
import { ancestorsOf } from "./run-plan.ts";
import type { RunState } from "./run-state.ts";
import { errorValueOf, nodePathOf } from "./run-state.ts";

type NodesScope = ExpressionScope["nodes"];

/**
 * What an expression of `reader` may see: the run's input, and of `nodes` just those that it names.
 * `reader` null: the run's output, which may see every node. At once when no output has to be read
 * from storage.
 */
export function scopeFor(
  state: RunState,
  reader: number | null,
  nodeRefs: readonly string[] | "all",
): ExpressionScope | Promise<ExpressionScope> {
  const indexes = nodeRefs === "all" ? visibleFrom(state, reader) : indexesOf(state, nodeRefs);
  const nodes: Record<string, NodesScope[string]> = {};
  const pending: Promise<void>[] = [];
  for (const index of indexes) {
    const result = state.results.get(index);
    if (result === undefined) continue;
    const id = nodePathOf(state, index);
    const error = result.error === null ? {} : { error: errorValueOf(result.error) };
    const put = (output: JsonValue | undefined): void => {
      nodes[id] =
        output === undefined
          ? { status: result.status, ...error }
          : { status: result.status, output, ...error };
    };
    const output = state.results.output(index);
    if (output instanceof Promise) {
      put(undefined); // holds the place: `nodes.*` keeps its order
      pending.push(output.then(put));
    } else put(output);
  }
  const scope = { input: state.input, nodes, run: runScope(state) };
  return pending.length === 0 ? scope : Promise.all(pending).then(() => scope);
}

function indexesOf(state: RunState, ids: readonly string[]): number[] {
  return ids.flatMap((id) => state.plan.indexById.get(id) ?? []);
}

function visibleFrom(state: RunState, reader: number | null): Iterable<number> {
  if (reader === null) return state.results.indexes();
  // In the order of the definition, so that `nodes.*` gives the same list every time.
  return [...ancestorsOf(state.plan, reader)].toSorted((a, b) => a - b);
}

function runScope(state: RunState): JsonValue {
  const { runId, jobId, workflowId, createdAt } = state.run;
  return { id: runId, jobId, workflowId, createdAt };
}
