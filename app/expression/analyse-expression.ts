import {
  builtIns,
  contextArguments,
  functionArguments,
  picturesAreSlow,
  slowFunctions,
} from "./jsonata-functions.ts";

/** What can be told of an expression without evaluating it. */
export interface ExpressionAnalysis {
  readonly nodeRefs: readonly string[] | "all";
  /** The beginnings, up to three names, of the paths that are read from the scope: `["nodes", "fetch", "output"]`. */
  readonly scopeReads: readonly (readonly string[])[];
  /** A regular expression, a built-in that is slow or greedy in one call, or functions that may recurse. */
  readonly mustIsolate: boolean;
  /** JSONata marks or changes values in place here, so it needs a copy of the scope. */
  readonly mayMutate: boolean;
  /** `$eval` would hide all of the above. */
  readonly evalPosition: number | null;
}

/** A node of JSONata's syntax tree, as far as it is read here. The library's own type is incomplete. */
export interface AstNode {
  readonly type: string;
  readonly value?: unknown;
  readonly position?: number;
  readonly steps?: readonly AstNode[];
  readonly stages?: readonly AstStage[];
  readonly predicate?: readonly AstStage[];
  readonly group?: { readonly lhs: readonly AstPair[] };
  /** Names of the variables that `@$x` and `#$x` bind. */
  readonly focus?: string;
  readonly index?: string;
  readonly tuple?: boolean;
  readonly keepSingletonArray?: boolean;
  readonly arguments?: readonly AstNode[];
  readonly procedure?: AstNode;
  readonly signature?: { readonly definition?: string };
  readonly body?: AstNode;
  readonly lhs?: AstNode | readonly AstPair[];
  readonly rhs?: AstNode;
  readonly expression?: AstNode;
  readonly expressions?: readonly AstNode[];
  readonly condition?: AstNode;
  readonly then?: AstNode;
  readonly else?: AstNode;
  readonly pattern?: AstNode;
  readonly update?: AstNode;
  readonly delete?: AstNode;
  readonly terms?: readonly { readonly expression: AstNode }[];
}
interface AstStage {
  readonly expr?: AstNode;
}
type AstPair = readonly [AstNode, AstNode];

/** What `$` is at a place: the whole scope, or some value in it. */
type Context = "scope" | "value";

export function analyseExpression(root: AstNode): ExpressionAnalysis {
  const found: Findings = {
    nodeRefs: new Set(),
    scopeReads: [],
    readsAllNodes: false,
    isSlow: false,
    mutates: false,
    evalPosition: null,
    lambdas: 0,
    unknownCallees: 0,
    contextFunctionsAsValues: 0,
    boundNames: new Set(),
    callees: [],
  };
  visit(root, "scope", found);
  for (const callee of found.callees) if (!isKnownFunction(callee, found)) found.unknownCallees++;
  if (found.unknownCallees > 0 && found.contextFunctionsAsValues > 0) found.readsAllNodes = true;
  return {
    nodeRefs: found.readsAllNodes ? "all" : [...found.nodeRefs],
    scopeReads: found.scopeReads,
    mustIsolate: found.isSlow || (found.lambdas > 0 && found.unknownCallees > 0),
    mayMutate: found.mutates || found.unknownCallees > 0,
    evalPosition: found.evalPosition,
  };
}

interface Findings {
  readonly nodeRefs: Set<string>;
  readonly scopeReads: (readonly string[])[];
  readsAllNodes: boolean;
  isSlow: boolean;
  mutates: boolean;
  evalPosition: number | null;
  lambdas: number;
  unknownCallees: number;
  contextFunctionsAsValues: number;
  /** Variables that the expression binds; a built-in's name among them is no longer the built-in. */
  readonly boundNames: Set<string>;
  /** What stands where a function is called. */
  readonly callees: AstNode[];
}

function visit(node: AstNode, context: Context, found: Findings): void {
  switch (node.type) {
    case "path":
      visitPath(node, context, found);
      break;
    case "name":
      // Outside a path JSONata makes a path of it, so this is a step; `nodes` is dealt with there.
      break;
    case "variable":
      visitVariable(node, context, found);
      break;
    case "wildcard":
    case "descendant":
      if (context === "scope") found.readsAllNodes = true;
      break;
    case "parent":
      // `%` may lead up to the scope.
      found.readsAllNodes = true;
      break;
    case "regex":
      found.isSlow = true;
      break;
    case "function":
    case "partial":
      visitCall(node, context, found);
      break;
    case "apply":
      visitApply(node, context, found);
      break;
    case "lambda":
      found.lambdas++;
      for (const argument of node.arguments ?? []) bindName(argument.value, found);
      // `<x-:x>`: an argument that is left out is taken from the context.
      if (node.signature?.definition?.includes("-") === true) found.readsAllNodes = true;
      if (node.body !== undefined) visit(node.body, context, found);
      break;
    case "bind":
      if (isNode(node.lhs)) bindName(node.lhs.value, found);
      if (node.rhs !== undefined) visit(node.rhs, context, found);
      break;
    case "transform":
      found.mutates = true;
      for (const part of [node.pattern, node.update, node.delete]) {
        if (part !== undefined) visit(part, "value", found);
      }
      break;
    default:
      visitChildren(node, context, found);
  }
  visitStages(node, found);
}

function visitPath(path: AstNode, context: Context, found: Findings): void {
  const steps = path.steps ?? [];
  const [first, second] = steps;
  if (path.keepSingletonArray === true || steps.some((step) => step.tuple === true)) {
    found.mutates = true;
  }
  for (const step of steps) {
    bindName(step.focus, found);
    bindName(step.index, found);
  }
  // After `a@$x` the context stays what it was before `a`.
  if (context === "scope" && first?.focus !== undefined) found.readsAllNodes = true;

  const rootIsExplicit =
    first?.type === "variable" &&
    (first.value === "$" || (first.value === "" && context === "scope"));
  if (rootIsExplicit) {
    if (first.stages !== undefined || first.predicate !== undefined) found.readsAllNodes = true;
    visitFromScope(steps.slice(1), found);
    visitStages(first, found);
  } else if (context === "scope" && (first?.type === "name" || first?.type === "string")) {
    visitFromScope(steps, found);
  } else if (first !== undefined) {
    visit(first, context, found);
  }
  const rest = rootIsExplicit ? steps.slice(2) : steps.slice(1);
  for (const step of rest) visit(step, "value", found);
  if (rootIsExplicit && second !== undefined) visitStages(second, found);
}

/** The step that is read from the scope itself: `input`, `nodes` (then with the step behind it), … */
function visitFromScope(steps: readonly AstNode[], found: Findings): void {
  const [first, second] = steps;
  if (first?.type !== "name") {
    found.readsAllNodes = true;
    if (first !== undefined) visit(first, "scope", found);
    return;
  }
  visitStages(first, found);
  found.scopeReads.push(leadingNames(steps));
  if (first.value !== "nodes") return;
  const isPlain = first.stages === undefined && first.predicate === undefined;
  if (isPlain && second?.type === "name" && typeof second.value === "string") {
    found.nodeRefs.add(second.value);
  } else found.readsAllNodes = true;
}

function leadingNames(steps: readonly AstNode[]): readonly string[] {
  const names: string[] = [];
  for (const step of steps.slice(0, 3)) {
    if (step.type !== "name" || typeof step.value !== "string") break;
    names.push(step.value);
    // What follows a filter is read from its items.
    if (step.stages !== undefined || step.tuple === true) break;
  }
  return names;
}

function visitStages(node: AstNode, found: Findings): void {
  for (const stage of [...(node.stages ?? []), ...(node.predicate ?? [])]) {
    if (stage.expr !== undefined) visit(stage.expr, "value", found);
  }
  for (const [key, value] of node.group?.lhs ?? []) {
    visit(key, "value", found);
    visit(value, "value", found);
  }
}

function visitVariable(node: AstNode, context: Context, found: Findings): void {
  if (node.value === "$" || (node.value === "" && context === "scope")) found.readsAllNodes = true;
  if (node.value === "eval") found.evalPosition ??= node.position ?? 0;
  if (typeof node.value === "string" && slowFunctions.has(node.value)) found.isSlow = true;
  if (typeof node.value === "string" && contextArguments.has(node.value)) {
    found.contextFunctionsAsValues++;
  }
}

function visitCall(node: AstNode, context: Context, found: Findings): void {
  const args = node.arguments ?? [];
  const { procedure } = node;
  if (procedure !== undefined) {
    found.callees.push(procedure);
    if (procedure.type === "variable" && typeof procedure.value === "string") {
      const name = procedure.value;
      if (name === "eval") found.evalPosition ??= procedure.position ?? 0;
      if (slowFunctions.has(name)) found.isSlow = true;
      if (picturesAreSlow.has(name) && args.length > 1) found.isSlow = true;
      const needed = contextArguments.get(name);
      if (context === "scope" && needed !== undefined && args.length < needed) {
        found.readsAllNodes = true;
      }
      for (const at of functionArguments.get(name) ?? []) {
        const argument = args[at];
        if (argument !== undefined && mayHoldFunction(argument)) found.callees.push(argument);
      }
    } else visit(procedure, context, found);
  }
  for (const argument of args) visit(argument, context, found);
}

/** `value ~> function`, or two functions chained. */
function visitApply(node: AstNode, context: Context, found: Findings): void {
  if (isNode(node.lhs)) visit(node.lhs, context, found);
  const { rhs } = node;
  if (rhs === undefined) return;
  if (rhs.type === "function") {
    // The left side becomes the first argument, so functions may stand one place further on.
    const first: AstNode = isNode(node.lhs) ? node.lhs : { type: "value" };
    visitCall({ ...rhs, arguments: [first, ...(rhs.arguments ?? [])] }, context, found);
    return;
  }
  if (rhs.type !== "transform") found.callees.push(rhs);
  visit(rhs, context, found);
}

function visitChildren(node: AstNode, context: Context, found: Findings): void {
  if (isNode(node.lhs)) visit(node.lhs, context, found);
  else {
    for (const [key, value] of node.lhs ?? []) {
      visit(key, context, found);
      visit(value, context, found);
    }
  }
  const single = [node.rhs, node.expression, node.condition, node.then, node.else];
  for (const child of single) if (child !== undefined) visit(child, context, found);
  for (const child of node.expressions ?? []) visit(child, context, found);
  for (const term of node.terms ?? []) visit(term.expression, context, found);
}

function isKnownFunction(callee: AstNode, found: Findings): boolean {
  if (callee.predicate !== undefined || callee.group !== undefined) return false;
  if (callee.type === "lambda" || callee.type === "regex") return true;
  if (callee.type === "variable" && typeof callee.value === "string") {
    return builtIns.has(callee.value) && !found.boundNames.has(callee.value);
  }
  if (callee.type === "partial" && callee.procedure !== undefined) {
    return isKnownFunction(callee.procedure, found);
  }
  return false;
}

/** Strings and paths into the scope are data: only `$variables`, literals and their like hold functions. */
function mayHoldFunction(node: AstNode): boolean {
  if (node.type === "string" || node.type === "number" || node.type === "value") return false;
  if (node.type === "path") return node.steps?.[0]?.type !== "name";
  return true;
}

function bindName(name: unknown, found: Findings): void {
  if (typeof name !== "string") return;
  found.boundNames.add(name);
  if (name === "eval") found.evalPosition ??= 0;
}

function isNode(side: AstNode | readonly AstPair[] | undefined): side is AstNode {
  return side !== undefined && "type" in side;
}
