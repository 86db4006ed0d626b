/**
 * What the app's window offers a page, as `window.handshake`. Messages of the contract arrive as JSON
 * text: the page parses them, as it does those of a WebSocket.
 */
export interface AppBridge {
  /** Resolves to the `answer` of this id. */
  request(id: number, name: string, input: unknown): Promise<string>;
  cancel(id: number): void;
  /**
   * Calls back with each `snapshot`, `delta` and `ended` of this id. The topic `{ topic: "connection" }`
   * is the bridge's own: `{ kind: "welcome", appVersion, instanceId }` and `{ kind: "down" }`, the newest
   * at once where one is known. So is `{ topic: "openings" }`: each message is an `Opening`.
   */
  subscribe(id: number, topic: unknown, onMessage: (text: string) => void): void;
  unsubscribe(id: number): void;
  ack(id: number, rev: number): void;
}
