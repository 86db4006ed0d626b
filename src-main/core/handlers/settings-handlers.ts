import { describeCapability, parseCapability } from "../../../app/model/capability.ts";
import { titleOf } from "../reading/node-names.ts";
import type { Handlers, HandlerParts } from "./handler.ts";

type Names =
  | "settings.get"
  | "settings.set"
  | "secrets.list"
  | "secrets.set"
  | "secrets.remove"
  | "permissions.list"
  | "permissions.revoke";

export function settingsHandlers({ settings, secretDesk, grants }: HandlerParts): Handlers<Names> {
  return {
    "settings.get": async () => ({ settings: settings.get() }),
    "settings.set": async ({ change }) => ({ settings: settings.change(change) }),
    "secrets.list": () => secretDesk.list(),
    "secrets.set": async ({ name, value }) => ({ secret: await secretDesk.set(name, value) }),
    "secrets.remove": async ({ name }) => ({ removed: await secretDesk.remove(name) }),
    "permissions.list": async () => ({
      grants: grants.list().flatMap((grant) => {
        const parsed = parseCapability(grant.capability);
        if (!parsed.ok) return [];
        const { family } = parsed.capability;
        const words = titleOf(describeCapability(parsed.capability));
        return { ...grant, workflowName: titleOf(grant.workflowName), family, words };
      }),
    }),
    "permissions.revoke": async (grant) => ({ revoked: grants.revoke(grant) }),
  };
}
