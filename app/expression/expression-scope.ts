import type { JsonValue } from "../model/json.ts";

/** What an expression sees. `output` and `error` are there on edges only. */
export interface ExpressionScope {
  readonly input: JsonValue;
  readonly nodes: Readonly<Record<string, NodeResult>>;
  readonly run: JsonValue;
  readonly output?: JsonValue;
  readonly error?: JsonValue;
}

export interface NodeResult {
  readonly output?: JsonValue;
  readonly error?: JsonValue;
  readonly status: string;
}

/** The same scope with the named nodes only: what is worth sending to another thread. */
export function narrowScope(
  scope: ExpressionScope,
  nodeRefs: readonly string[] | "all",
): ExpressionScope {
  if (nodeRefs === "all") return scope;
  const nodes = nodeRefs.flatMap((id) => {
    const node = Object.hasOwn(scope.nodes, id) ? scope.nodes[id] : undefined;
    return node === undefined ? [] : [[id, node] as const];
  });
  return { ...scope, nodes: Object.fromEntries(nodes) };
}

/** Whether the scope's JSON has more than about `characters` characters. Stops counting there. */
export function isLargerThan(scope: ExpressionScope, characters: number): boolean {
  let left = characters;
  const pending: unknown[] = [scope];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === "string") left -= value.length + 2;
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        left -= key.length + 3;
        // An undefined member would end the loop.
        if (member !== undefined) pending.push(member);
        if (left < 0) return true;
      }
    } else left -= 5;
    if (left < 0) return true;
  }
  return false;
}
