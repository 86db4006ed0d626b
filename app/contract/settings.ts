import * as z from "zod";
import { CapabilityFamily } from "../model/capability.ts";

/** What a person sets; stored in the data folder. */
export const Settings = z.strictObject({
  theme: z.enum(["system", "light", "dark"]).default("system"),
  /** Row height of lists, in CSS pixels. */
  density: z.union([z.literal(28), z.literal(36)]).default(36),
  /** Shortcuts of one key, without Ctrl. */
  singleKeys: z.boolean().default(true),
  /** What happens with safe interrupted runs at the start. `never`: the panel does not open by itself. */
  onLaunch: z.enum(["ask", "resume-safe", "never"]).default("ask"),
  notifications: z.boolean().default(true),
  /** While runs work. */
  keepAwake: z.enum(["off", "on-power", "always"]).default("off"),
  /** Look for new versions once a day. ask: nobody has decided, so nothing is looked for. */
  checkForUpdates: z.enum(["ask", "no", "yes"]).default("ask"),
});
export type Settings = z.infer<typeof Settings>;

/** Any of them; what is left out stays as it is. */
export const SettingsChange = z.strictObject({
  theme: Settings.shape.theme.unwrap().optional(),
  density: Settings.shape.density.unwrap().optional(),
  singleKeys: z.boolean().optional(),
  onLaunch: Settings.shape.onLaunch.unwrap().optional(),
  notifications: z.boolean().optional(),
  keepAwake: Settings.shape.keepAwake.unwrap().optional(),
  checkForUpdates: Settings.shape.checkForUpdates.unwrap().optional(),
});
export type SettingsChange = z.infer<typeof SettingsChange>;

export const SecretName = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, "like NEWS_KEY");

export const SecretEntry = z.strictObject({
  name: SecretName,
  /** `session`: forgotten when Handshake ends. Only session and keyring entries can be removed here. */
  source: z.enum(["session", "environment", "keyring"]),
});
export type SecretEntry = z.infer<typeof SecretEntry>;

/** A capability that a version of a workflow may use without being asked again. */
export const RememberedGrant = z.strictObject({
  definitionHash: z.string().length(64),
  workflowId: z.string(),
  workflowName: z.string(),
  capability: z.string(),
  family: CapabilityFamily,
  words: z.string(),
  grantedAt: z.iso.datetime(),
});
export type RememberedGrant = z.infer<typeof RememberedGrant>;

export const settingsRequests = {
  "settings.get": { input: z.strictObject({}), output: z.strictObject({ settings: Settings }) },
  "settings.set": {
    input: z.strictObject({ change: SettingsChange }),
    output: z.strictObject({ settings: Settings }),
  },
  /** Names only: values are write-only. */
  "secrets.list": {
    input: z.strictObject({}),
    output: z.strictObject({
      secrets: z.array(SecretEntry),
      /** Why the keyring was not read, where it was not. */
      note: z.string().nullable(),
    }),
  },
  /** Kept as the host can: see `source` in the answer. */
  "secrets.set": {
    input: z.strictObject({ name: SecretName, value: z.string().min(1).max(64_000) }),
    output: z.strictObject({ secret: SecretEntry }),
  },
  "secrets.remove": {
    input: z.strictObject({ name: SecretName }),
    output: z.strictObject({ removed: z.boolean() }),
  },
  "permissions.list": {
    input: z.strictObject({}),
    output: z.strictObject({ grants: z.array(RememberedGrant) }),
  },
  "permissions.revoke": {
    input: z.strictObject({ definitionHash: z.string().length(64), capability: z.string() }),
    output: z.strictObject({ revoked: z.boolean() }),
  },
} as const;
