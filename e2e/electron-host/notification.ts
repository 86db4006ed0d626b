import { requireKnown, strict } from "./not-implemented.ts";
import { record } from "./recorder.ts";
import { StrictEmitter } from "./strict-emitter.ts";

interface NotificationOptions {
  readonly title?: string;
  readonly body?: string;
  readonly silent?: boolean;
}

const options = new Set(["title", "body", "silent", "urgency", "timeoutType"]);

/** What was shown; a spec clicks it with `emit("click")`. */
export const notifications: Notification[] = [];

export class Notification extends StrictEmitter {
  readonly options: NotificationOptions;

  static isSupported(): boolean {
    return true;
  }

  constructor(given: NotificationOptions = {}) {
    super("Notification", ["show", "click", "close", "failed"]);
    requireKnown("Notification", given, options);
    this.options = given;
    return strict("Notification", this);
  }

  show(): void {
    record("Notification.show", this.options);
    notifications.push(this);
    this.emit("show");
  }

  close(): void {
    this.emit("close");
  }
}
