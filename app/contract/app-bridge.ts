import * as z from "zod";

/** There is no engine behind the bridge now. */
export const EngineDown = z.strictObject({
  kind: z.literal("down"),
  /** False: it is being started. True: it ended twice, or could not start; only a person starts it again. */
  staysDown: z.boolean(),
  /** Why, where it is known. */
  message: z.string().nullable(),
});
export type EngineDown = z.infer<typeof EngineDown>;

/**
 * The requests that the app itself takes, for an engine that stays down: another start of it, the data folder in
 * the system's file manager, a copy of the data in a file that a person chooses. Each is answered at once; what
 * comes of it is seen in the window, or in a dialog of the system.
 */
export const appRequests = {
  restart: "app.restart-engine",
  reveal: "app.reveal-data",
  export: "app.export-data",
} as const;
export type AppRequest = keyof typeof appRequests;

/**
 * What the app's window offers a page, as `window.handshake`. Messages of the contract arrive as JSON
 * text: the page parses them, as it does those of a WebSocket.
 */
export interface AppBridge {
  /** Resolves to the `answer` of this id. `appRequests` are for the app itself. */
  request(id: number, name: string, input: unknown): Promise<string>;
  cancel(id: number): void;
  /**
   * Calls back with each `snapshot`, `delta` and `ended` of this id. The topic `{ topic: "connection" }`
   * is the bridge's own: `{ kind: "welcome", appVersion, instanceId }` and `EngineDown`, the newest
   * at once where one is known. So is `{ topic: "openings" }`: each message is an `Opening`.
   */
  subscribe(id: number, topic: unknown, onMessage: (text: string) => void): void;
  unsubscribe(id: number): void;
  ack(id: number, rev: number): void;
}
