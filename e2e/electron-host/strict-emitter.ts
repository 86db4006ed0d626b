import { EventEmitter } from "node:events";
import { notImplemented } from "./not-implemented.ts";

type Listener = (...args: unknown[]) => void;

/** An EventEmitter on which listening for an event that is never sent throws by name. */
export class StrictEmitter extends EventEmitter {
  constructor(name: string, events: readonly string[]) {
    super();
    this.setMaxListeners(0);
    const sent = new Set<string | symbol>(events);
    for (const method of listening) {
      const listen = super[method].bind(this);
      this[method] = (event: string | symbol, listener: Listener) => {
        if (!sent.has(event)) notImplemented(`${name}'s event ${String(event)}`);
        listen(event, listener);
        return this;
      };
    }
  }
}

const listening = ["on", "once", "addListener", "prependListener", "prependOnceListener"] as const;
