import type { WireCodec, WireHooks } from "../wire-codec.ts";

/** One half of a context bridge; the other one stands in the page's other world. */
export interface WorldBridge {
  /** Gives the other world a global of that name. */
  expose(name: string, api: unknown): void;
}

export interface WorldBridgeOptions {
  /** Names of events that no page can guess. */
  readonly send: string;
  readonly receive: string;
  readonly createWireCodec: (hooks: WireHooks) => WireCodec;
}

/**
 * Calls cross synchronously as events on `window`, taken before any script of the page runs. Values are
 * copied; functions and promises are stood in for. Injected as source text: refers to nothing outside.
 */
export function createWorldBridge(options: WorldBridgeOptions): WorldBridge {
  type AnyFunction = (...args: unknown[]) => unknown;
  type BridgeMessage =
    | { readonly kind: "call"; readonly id: number; readonly body: string }
    | { readonly kind: "expose"; readonly name: string; readonly body: string }
    | { readonly kind: "returned" | "thrown"; readonly body: string }
    | { readonly kind: "resolved" | "rejected"; readonly id: number; readonly body: string };

  // Kept before the page can replace them.
  const page = window;
  const PageEvent = CustomEvent;
  const dispatchEvent = page.dispatchEvent.bind(page);
  const functions = new Map<number, AnyFunction>();
  const functionIds = new WeakMap<AnyFunction, number>();
  const standIns = new Map<number, AnyFunction>();
  const promises = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let outcome: BridgeMessage | null = null;

  const codec = options.createWireCodec({
    idOfFunction(value) {
      const id = functionIds.get(value) ?? ++lastId;
      functionIds.set(value, id);
      functions.set(id, value);
      return id;
    },
    functionOfId(id) {
      const standIn =
        standIns.get(id) ??
        ((...args: unknown[]) => ask({ kind: "call", id, body: codec.encode(args) }));
      standIns.set(id, standIn);
      return standIn;
    },
    idOfPromise(promise) {
      const id = ++lastId;
      promise.then(
        (value) => post({ kind: "resolved", id, body: codec.encode(value) }),
        (error: unknown) => post({ kind: "rejected", id, body: codec.encode(error) }),
      );
      return id;
    },
    promiseOfId(id) {
      const resolvers = Promise.withResolvers<unknown>();
      promises.set(id, resolvers);
      return resolvers.promise;
    },
  });

  function post(message: BridgeMessage): void {
    dispatchEvent(new PageEvent(options.send, { detail: JSON.stringify(message) }));
  }

  /** The other half answers before the dispatch returns. */
  function ask(message: BridgeMessage): unknown {
    post(message);
    const { kind, body } = takeOutcome();
    if (kind === "thrown") throw codec.decode(body);
    return codec.decode(body);
  }

  function takeOutcome(): BridgeMessage {
    const answer = outcome;
    outcome = null;
    if (answer === null) throw new Error("electron-host: the context bridge gave no answer");
    return answer;
  }

  function answerWith(act: () => unknown): void {
    let message: BridgeMessage;
    try {
      message = { kind: "returned", body: codec.encode(act()) };
    } catch (error) {
      message = { kind: "thrown", body: codec.encode(error) };
    }
    post(message);
  }

  function deepFreeze(value: unknown): unknown {
    const isFreezable = typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
    if (!isFreezable || value instanceof Promise || Object.isFrozen(value)) return value;
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
    return value;
  }

  function define(name: string, body: string): void {
    if (name in page) {
      throw new Error("Cannot bind an API on top of an existing property on the window object");
    }
    Object.defineProperty(page, name, { value: deepFreeze(codec.decode(body)), enumerable: true });
  }

  const listener = (event: Event): void => {
    // Only the other half knows this event's name.
    const message = JSON.parse((event as CustomEvent<string>).detail) as BridgeMessage;
    switch (message.kind) {
      case "call":
        // It was encoded from an array.
        answerWith(() => functions.get(message.id)?.(...(codec.decode(message.body) as unknown[])));
        break;
      case "expose":
        answerWith(() => define(message.name, message.body));
        break;
      case "returned":
      case "thrown":
        outcome = message;
        break;
      case "resolved":
        promises.get(message.id)?.resolve(codec.decode(message.body));
        promises.delete(message.id);
        break;
      case "rejected":
        promises.get(message.id)?.reject(codec.decode(message.body));
        promises.delete(message.id);
        break;
    }
  };
  page.addEventListener(options.receive, listener);

  return {
    expose(name, api) {
      ask({ kind: "expose", name, body: codec.encode(api) });
    },
  };
}
