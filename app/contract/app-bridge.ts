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

/** The one request that the bridge answers itself: another start of an engine that stays down. */
export const restartEngineRequest = "app.restart-engine";

/**
 * What the app's window offers a page, as `window.handshake`. Messages of the contract arrive as JSON
 * text: the page parses them, as it does those of a WebSocket.
 */
export interface AppBridge {
  /** Resolves to the `answer` of this id. `restartEngineRequest` is for the app itself. */
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
