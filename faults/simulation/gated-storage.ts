import type { SqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";

/** What stands between an engine and its storage. */
export interface StorageGate {
  readonly isDead: boolean;
  /** Resolves when the simulation lets the next waiting call go on. */
  turn(when: "call" | "answer"): Promise<void> | null;
  /** An error to reject with, before the call is made or after it was done. */
  fault(method: string, when: "call" | "answer"): Error | null;
  /** The call is done; the answer is on its way. */
  done(method: string, answer: unknown): void;
  kill(): void;
}

/** Thrown at a crash point: the process ends between two statements. */
export class SimulatedCrash extends Error {}

/**
 * The same storage, whose calls wait, fail and die as the simulation says. A dead process gets no
 * answer any more, and nothing that it asks for is done.
 */
export function gatedStorage(storage: SqliteStorage, gate: StorageGate): SqliteStorage {
  return new Proxy(storage, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]) =>
        gated(gate, String(name), () => Reflect.apply(member, target, args) as unknown);
    },
  });
}

async function gated(gate: StorageGate, method: string, work: () => unknown): Promise<unknown> {
  if (gate.isDead) return never();
  await gate.turn("call");
  if (gate.isDead) return never();
  const refusal = gate.fault(method, "call");
  if (refusal !== null) throw refusal;
  let answer: unknown;
  try {
    answer = await work();
  } catch (error) {
    if (error instanceof SimulatedCrash) gate.kill();
    if (gate.isDead) return never();
    throw error;
  }
  if (gate.isDead) return never();
  gate.done(method, answer);
  const lost = gate.fault(method, "answer");
  if (lost !== null) throw lost;
  await gate.turn("answer");
  return gate.isDead ? never() : answer;
}

/** What a dead process waits for. One of its own each time: a shared one would keep every waiter alive. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
