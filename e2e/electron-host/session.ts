import { strict } from "./not-implemented.ts";
import { protocol } from "./protocol.ts";
import { record } from "./recorder.ts";
import { StrictEmitter } from "./strict-emitter.ts";

type Answer = (isGranted: boolean) => void;
/** The first argument is the WebContents that asks. */
type RequestHandler = (
  contents: object,
  permission: string,
  answer: Answer,
  details: object,
) => void;
type CheckHandler = (
  contents: object | null,
  permission: string,
  origin: string,
  details: object,
) => boolean;
type DeviceHandler = (details: object) => boolean;

/** Which of the app's handlers decides what a page may. */
export interface PermissionHandlers {
  request: RequestHandler | null;
  check: CheckHandler | null;
  device: DeviceHandler | null;
}

export const permissionHandlers: PermissionHandlers = { request: null, check: null, device: null };

class Session extends StrictEmitter {
  readonly protocol = protocol;

  constructor() {
    super("session", ["will-download"]);
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    permissionHandlers.request = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    permissionHandlers.check = handler;
  }

  setDevicePermissionHandler(handler: DeviceHandler | null): void {
    permissionHandlers.device = handler;
  }

  /** Headless Chromium has no chooser for screens, so this is only noted. */
  setDisplayMediaRequestHandler(handler: unknown): void {
    record("session.setDisplayMediaRequestHandler", handler === null ? "none" : "set");
  }

  /** The stand-in's Chromium checks no spelling. */
  setSpellCheckerEnabled(isEnabled: boolean): void {
    record("session.setSpellCheckerEnabled", isEnabled);
  }
}

/** One for each name, none of them kept: net.request takes it and needs nothing of it. */
const partitions = new Map<string, Session>();

export const session = strict("session", {
  defaultSession: strict("session", new Session()),
  fromPartition(name: string): Session {
    const partition = partitions.get(name) ?? strict("session", new Session());
    partitions.set(name, partition);
    return partition;
  },
});
