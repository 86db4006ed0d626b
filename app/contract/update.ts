import * as z from "zod";

const version = z.string().min(1).max(100);

/** How a version's data format differs; `to` is null where its publisher does not say. */
const schema = z.strictObject({
  from: z.number().int().nonnegative(),
  to: z.number().int().nonnegative().nullable(),
});

/** How it stands with newer versions of the app. The host knows; screens only show it. */
export const UpdateState = z.discriminatedUnion("state", [
  /** This host looks for none. browser: whoever started it updates it. no_feed: the build names no place to look. */
  z.strictObject({
    state: z.literal("unavailable"),
    reason: z.enum(["browser", "not_packaged", "no_feed"]),
  }),
  z.strictObject({
    state: z.literal("idle"),
    /** Whom a look would ask. */
    host: z.string(),
    /** The last answer: null when nobody looked since the start. */
    newest: z.strictObject({ checkedAt: z.iso.datetime() }).nullable(),
  }),
  z.strictObject({ state: z.literal("checking"), host: z.string() }),
  /** byHand: why this build does not replace itself; null when it can. */
  z.strictObject({
    state: z.literal("available"),
    version,
    schema,
    byHand: z.enum(["not_signed", "linux"]).nullable(),
  }),
  z.strictObject({
    state: z.literal("downloading"),
    version,
    schema,
    /** From 0 to 1. */
    fraction: z.number().min(0).max(1),
  }),
  /** Downloaded and checked; a person decides. */
  z.strictObject({ state: z.literal("ready"), version, schema }),
  /** A person decided: installed as soon as no run is active. */
  z.strictObject({ state: z.literal("waiting"), version, schema }),
  z.strictObject({ state: z.literal("failed"), host: z.string(), message: z.string().max(500) }),
]);
export type UpdateState = z.infer<typeof UpdateState>;

/** What a person asks for. Each is ignored in a state that it does not belong to. */
export const UpdateAction = z.enum(["check", "download", "install", "wait"]);
export type UpdateAction = z.infer<typeof UpdateAction>;

export const updateRequests = {
  /** UNAVAILABLE on a host that looks for none. What comes of it is in the engine's state. */
  "update.act": {
    input: z.strictObject({ action: UpdateAction }),
    output: z.strictObject({}),
  },
} as const;
