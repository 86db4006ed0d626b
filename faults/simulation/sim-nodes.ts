import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeContext, NodeType } from "../../app/engine/node-registry.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import type { CallLedger, HandlerLife } from "./call-ledger.ts";
import { never } from "./gated-storage.ts";
import type { WorkPlan } from "./random-workflow.ts";
import { workResult } from "./random-workflow.ts";

interface Host {
  readonly life: HandlerLife;
  readonly machine: { readonly ledger: CallLedger };
  readonly epoch: number;
}

/** Node types whose handlers report every call to the ledger and end when the simulation lets them. */
export function simNodeTypes(host: Host): NodeType[] {
  const { life, machine } = host;
  const called = (input: JsonObject, context: NodeContext): void =>
    machine.ledger.handlerCalled({ life, epoch: host.epoch, input, context });
  return [
    {
      ...described,
      type: "work",
      execute(input, context) {
        if (life.isDead) return never();
        called(input, context);
        return work(host, input, context);
      },
    },
    {
      ...described,
      type: "instant",
      execute(input, context) {
        if (life.isDead) return never();
        called(input, context);
        return { v: workResult(input, planOf(input)) };
      },
    },
  ];
}

const described = {
  description: "part of the simulation",
  version: 1,
  inputSchema: {},
  outputSchema: {},
  defaultReplay: "external",
  sensitive: false,
  families: [],
  defaultPlacement: "any",
  kind: "handler",
  capabilitiesOf: () => [],
} as const;

function planOf(input: JsonObject): WorkPlan {
  return input["plan"] as unknown as WorkPlan; // written by random-workflow.ts
}

async function work(host: Host, input: JsonObject, context: NodeContext): Promise<JsonValue> {
  const plan = planOf(input);
  const failing = plan.failures[host.machine.ledger.failedAttempts(context)];
  await gate(host, context, plan, "begin");
  const results = await performSteps(host, plan, context);
  switch (failing) {
    case undefined:
      break;
    case "hang":
      return plan.obeysAbort ? aborted(context.signal) : never();
    case "error":
      throw new Error("simulated failure");
    case "notStarted":
      throw new HandlerError("SIM_NOT_STARTED", "simulated", { effectNotStarted: true });
    case "fatal":
      throw new HandlerError("SIM_FATAL", "simulated", { retryable: false });
  }
  await gate(host, context, plan, "end");
  return { v: workResult(input, plan), steps: results };
}

async function performSteps(
  host: Host,
  plan: WorkPlan,
  context: NodeContext,
): Promise<readonly JsonValue[]> {
  const { ledger } = host.machine;
  const results: Promise<JsonValue>[] = [];
  const calls = new Map<string, number>();
  for (const [index, step] of plan.steps.entries()) {
    const name = step.isParallel ? `side${index}` : step.name;
    const n = (calls.get(name) ?? 0) + 1;
    calls.set(name, n);
    const identity = { context, life: host.life, name, n, isExternal: step.isExternal };
    const result = context.step<JsonValue>(
      name,
      async ({ idempotencyKey }) => {
        if (host.life.isDead) return never();
        const value = ledger.stepCalled({ ...identity, idempotencyKey });
        await gate(host, context, plan, name);
        return value;
      },
      step.isExternal ? { replay: "external" } : {},
    );
    const acknowledged = result.then((value) => {
      if (!host.life.isDead) ledger.stepAcknowledged(identity, value);
      return value;
    });
    acknowledged.catch(() => undefined); // awaited below, or after an earlier one failed
    results.push(acknowledged);
    if (!step.isParallel) await acknowledged;
  }
  return Promise.all(results);
}

/** Waits until the simulation lets this handler go on, or, where it obeys, until it is aborted. */
function gate(host: Host, context: NodeContext, plan: WorkPlan, label: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiting = { label: `${context.nodePath}#${context.attempt} ${label}`, open: resolve };
    host.life.gates.push(waiting);
    if (!plan.obeysAbort) return;
    const leave = (): void => {
      const index = host.life.gates.indexOf(waiting);
      if (index >= 0) host.life.gates.splice(index, 1);
      reject(new Error("The handler was aborted."));
    };
    if (context.signal.aborted) leave();
    else context.signal.addEventListener("abort", leave, { once: true });
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => reject(new Error("The handler was aborted."));
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
}
