import * as z from "zod";

/**
 * How a browser tab proves itself. The address that `handshake serve` prints ends in `#token=…`, which
 * never reaches a server by itself. The page posts it once and gets a session key, which it keeps in
 * localStorage under `sessionKeyName`; the WebSocket's first frame carries that key.
 */
export const sessionPath = "/session";
export const socketPath = "/socket";
export const sessionKeyName = "handshake.session";

/** POST to `sessionPath`, as JSON. A wrong, used or expired token: 401 and a SessionRefusal. */
export const TokenExchange = z.strictObject({ token: z.string().min(1).max(200) });
export type TokenExchange = z.infer<typeof TokenExchange>;

export const SessionGrant = z.strictObject({
  key: z.string().min(1).max(200),
  expiresAt: z.iso.datetime(),
});
export type SessionGrant = z.infer<typeof SessionGrant>;

export const SessionRefusal = z.strictObject({ message: z.string() });
export type SessionRefusal = z.infer<typeof SessionRefusal>;

/** The first frame that a tab sends; nothing else is read before it. DELETE on `sessionPath` revokes a key. */
export const Hello = z.strictObject({ kind: z.literal("hello"), key: z.string().min(1).max(200) });
export type Hello = z.infer<typeof Hello>;

/** The first frame that it is sent. */
export const Welcome = z.strictObject({
  kind: z.literal("welcome"),
  appVersion: z.string(),
  /** Changes with every start of the core. */
  instanceId: z.string(),
});
export type Welcome = z.infer<typeof Welcome>;

/** Before the server hangs up, instead of `Welcome` or after it: nothing starts the engine by itself any more. */
export const StaysDown = z.strictObject({
  kind: z.literal("stays_down"),
  message: z.string(),
  /** Whether `dataCopyPath` has something: data on a database server is not here. */
  hasCopy: z.boolean(),
});
export type StaysDown = z.infer<typeof StaysDown>;

/** GET with the key as bearer, while the engine stays down: the data as it is, as one tar file; else a SessionRefusal. */
export const dataCopyPath = "/data-copy";

/** Why the server closes a WebSocket. After `unauthorized` only a new address helps, else reconnect. */
export const closeCodes = {
  unauthorized: 4401,
  badMessage: 4400,
  tooSlow: 4408,
  coreEnded: 4503,
  goingAway: 1001,
} as const;
