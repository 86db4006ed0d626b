/**
 * Carries cloned values over a channel of text: between Node and a page, and between a page's worlds.
 * What may be cloned, and how, is decided by the platform's own structuredClone before; this only keeps
 * the shape: cycles, holes, Map, Set, Date, BigInt, typed arrays, errors. The function is also injected
 * into pages as source text, so it refers to nothing outside itself.
 */
export interface WireCodec {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/** A context bridge lets functions and promises through, as numbers that the other side calls back. */
export interface WireHooks {
  idOfFunction?(value: (...args: unknown[]) => unknown): number;
  functionOfId?(id: number): unknown;
  idOfPromise?(value: Promise<unknown>): number;
  promiseOfId?(id: number): unknown;
}

export function createWireCodec(hooks: WireHooks): WireCodec {
  /** A primitive that JSON has, or a tagged array: `["ref", 3]`, `["big", "12"]`. */
  type Slot = string | boolean | number | null | [tag: string, ...rest: unknown[]];
  type Entry = [tag: string, ...rest: unknown[]];
  const errorTypes: Record<string, ErrorConstructor> = {
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  };
  const cannotClone = (): Error => new Error("An object could not be cloned.");
  const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

  function encode(root: unknown): string {
    const entries: Entry[] = [];
    const seen = new Map<object, number>();

    function slot(value: unknown): Slot {
      switch (typeof value) {
        case "string":
        case "boolean":
          return value;
        case "number":
          if (Object.is(value, -0)) return ["number", "-0"];
          return Number.isFinite(value) ? value : ["number", String(value)];
        case "undefined":
          return ["undefined"];
        case "bigint":
          return ["bigint", String(value)];
        case "symbol":
          throw cannotClone();
        case "function":
          if (hooks.idOfFunction === undefined) throw cannotClone();
          // typeof says so.
          return ["function", hooks.idOfFunction(value as (...args: unknown[]) => unknown)];
        case "object":
          return value === null ? null : reference(value);
      }
    }

    function reference(value: object): Slot {
      if (value instanceof Promise && hooks.idOfPromise !== undefined) {
        return ["promise", hooks.idOfPromise(value)];
      }
      const known = seen.get(value);
      if (known !== undefined) return ["ref", known];
      const id = entries.length;
      seen.set(value, id);
      entries.push(["pending"]);
      entries[id] = entry(value);
      return ["ref", id];
    }

    function entry(value: object): Entry {
      if (Array.isArray(value)) {
        // Holes have no key.
        const items = Object.keys(value).map((key) => [key, slot(value[Number(key)])]);
        return ["array", value.length, items];
      }
      if (value instanceof Date) return ["date", String(value.getTime())];
      if (value instanceof RegExp) return ["regexp", value.source, value.flags];
      if (value instanceof Map) {
        return ["map", [...value].map(([key, item]) => [slot(key), slot(item)])];
      }
      if (value instanceof Set) return ["set", [...value].map(slot)];
      if (value instanceof ArrayBuffer) return ["buffer", toBase64(new Uint8Array(value))];
      if (ArrayBuffer.isView(value)) {
        const length = "length" in value ? value.length : value.byteLength;
        return ["view", tagOf(value), slot(value.buffer), value.byteOffset, length];
      }
      if (value instanceof Error) {
        const cause = "cause" in value ? [slot(value.cause)] : [];
        return ["error", value.name, value.message, value.stack ?? "", cause];
      }
      return ["object", Object.entries(value).map(([key, item]) => [key, slot(item)])];
    }

    return JSON.stringify([slot(root), entries]);
  }

  function decode(text: string): unknown {
    // Only `encode` writes it.
    const [root, entries] = JSON.parse(text) as [Slot, Entry[]];
    const made = new Map<number, unknown>();

    function value(slot: Slot): unknown {
      if (!Array.isArray(slot)) return slot;
      const [tag, content] = slot;
      switch (tag) {
        case "number":
          return Number(content);
        case "bigint":
          return BigInt(String(content));
        case "function":
          return hooks.functionOfId?.(Number(content));
        case "promise":
          return hooks.promiseOfId?.(Number(content));
        case "ref":
          return made.has(Number(content)) ? made.get(Number(content)) : make(Number(content));
        default:
          return undefined;
      }
    }

    function keep<Made>(id: number, thing: Made): Made {
      made.set(id, thing);
      return thing;
    }

    // The shapes are those that `entry` gives to each tag.
    function make(id: number): unknown {
      const [tag, ...rest] = entries[id] ?? [""];
      switch (tag) {
        case "array": {
          const [length, items] = rest as [number, [string, Slot][]];
          const array = keep(id, Array.from<unknown>([]));
          array.length = length;
          for (const [key, item] of items) array[Number(key)] = value(item);
          return array;
        }
        case "date":
          return keep(id, new Date(Number(rest[0])));
        case "regexp":
          return keep(id, new RegExp(String(rest[0]), String(rest[1])));
        case "map": {
          const map = keep(id, new Map<unknown, unknown>());
          for (const [key, item] of rest[0] as [Slot, Slot][]) map.set(value(key), value(item));
          return map;
        }
        case "set": {
          const set = keep(id, new Set<unknown>());
          for (const item of rest[0] as Slot[]) set.add(value(item));
          return set;
        }
        case "buffer":
          return keep(id, fromBase64(String(rest[0])).buffer);
        case "view": {
          const [type, buffer, offset, length] = rest as [string, Slot, number, number];
          // tagOf named a constructor that every host has.
          const View = (globalThis as never)[type] as new (...args: unknown[]) => unknown;
          return keep(id, new View(value(buffer), offset, length));
        }
        case "error": {
          const [name, message, stack, cause] = rest as [string, string, string, Slot[]];
          const error = keep(id, new (errorTypes[name] ?? Error)(message));
          Object.defineProperty(error, "stack", { value: stack, configurable: true });
          const [first] = cause;
          if (first !== undefined) {
            Object.defineProperty(error, "cause", { value: value(first), configurable: true });
          }
          return error;
        }
        default: {
          const object = keep(id, {});
          for (const [key, item] of rest[0] as [string, Slot][]) {
            // Also for keys such as __proto__.
            Object.defineProperty(object, key, {
              value: value(item),
              writable: true,
              enumerable: true,
              configurable: true,
            });
          }
          return object;
        }
      }
    }

    return value(root);
  }

  function toBase64(bytes: Uint8Array): string {
    let binary = "";
    for (let at = 0; at < bytes.length; at += 0x8000) {
      binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(binary);
  }

  function fromBase64(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  }

  return { encode, decode };
}
