/** What the stand-in lacks fails by its name instead of pretending. */
export function notImplemented(what: string): never {
  throw new Error(`electron-host: ${what} is not implemented`);
}

/** An object whose unknown members throw by name, also when they are only read or set. */
export function strict<Members extends object>(name: string, members: Members): Members {
  return new Proxy(members, {
    get(target, key, receiver): unknown {
      if (!isKnown(target, key)) notImplemented(`${name}.${String(key)}`);
      return Reflect.get(target, key, receiver);
    },
    set(target, key, value, receiver) {
      if (!isKnown(target, key)) notImplemented(`${name}.${String(key)} =`);
      return Reflect.set(target, key, value, receiver);
    },
  });
}

/** Throws for an option that the stand-in would silently leave out. */
export function requireKnown(what: string, options: object, known: ReadonlySet<string>): void {
  for (const key of Object.keys(options)) {
    if (!known.has(key)) notImplemented(`${what} with the option ${key}`);
  }
}

// Read by JavaScript itself (await, JSON), by module loaders, and by EventEmitter.
const readByOthers = new Set(["then", "toJSON", "default", "__esModule", "domain"]);

function isKnown(target: object, key: string | symbol): boolean {
  return typeof key === "symbol" || key in target || key.startsWith("_") || readByOthers.has(key);
}
