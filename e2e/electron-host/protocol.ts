import { strict } from "./not-implemented.ts";
import { addVirtualScheme } from "./virtual-schemes.ts";

export type ProtocolHandler = (request: Request) => Response | Promise<Response>;

interface CustomScheme {
  readonly scheme: string;
  readonly privileges?: Readonly<Record<string, boolean>>;
}

const handlers = new Map<string, ProtocolHandler>();
let isTooLate = false;

export function handlerOf(scheme: string): ProtocolHandler | null {
  return handlers.get(scheme) ?? null;
}

/** From now on the app is ready, and schemes are settled. */
export function settleSchemes(): void {
  isTooLate = true;
}

export const protocol = strict("protocol", {
  registerSchemesAsPrivileged(customSchemes: readonly CustomScheme[]): void {
    if (isTooLate) {
      throw new Error("protocol.registerSchemesAsPrivileged should be called before app is ready");
    }
    for (const { scheme } of customSchemes) addVirtualScheme(scheme);
  },
  handle(scheme: string, handler: ProtocolHandler): void {
    if (handlers.has(scheme)) throw new Error(`The scheme ${scheme} has been registered`);
    addVirtualScheme(scheme);
    handlers.set(scheme, handler);
  },
  unhandle(scheme: string): void {
    handlers.delete(scheme);
  },
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
});
