import { join } from "node:path";
import * as z from "zod";
import { dataFile } from "./data-file.ts";

const Grant = z.strictObject({
  definitionHash: z.string().length(64),
  workflowId: z.string(),
  workflowName: z.string(),
  capability: z.string(),
  grantedAt: z.iso.datetime(),
});
export type KeptGrant = z.infer<typeof Grant>;
const GrantFile = z.strictObject({ grants: z.array(Grant) });

/** "Always for this version": bound to the content of a workflow, so an edited file asks again. */
export interface RememberedGrants {
  list(): readonly KeptGrant[];
  ofVersion(definitionHash: string): ReadonlySet<string>;
  add(grants: readonly KeptGrant[]): void;
  revoke(grant: Pick<KeptGrant, "definitionHash" | "capability">): boolean;
}

export function openRememberedGrants(
  dataFolder: string,
  onDamage: (path: string) => void,
): RememberedGrants {
  const file = dataFile({
    path: join(dataFolder, "permissions.json"),
    schema: GrantFile,
    empty: { grants: [] },
    onDamage,
  });
  const list = (): readonly KeptGrant[] => file.read().grants;
  return {
    list,
    ofVersion: (hash) =>
      new Set(
        list()
          .filter(({ definitionHash }) => definitionHash === hash)
          .map(({ capability }) => capability),
      ),
    add(grants) {
      const known = new Set(list().map(keyOf));
      const fresh = grants.filter((grant) => !known.has(keyOf(grant)));
      if (fresh.length > 0) file.write({ grants: [...list(), ...fresh] });
    },
    revoke(grant) {
      const left = list().filter((other) => keyOf(other) !== keyOf(grant));
      if (left.length === list().length) return false;
      file.write({ grants: left });
      return true;
    },
  };
}

function keyOf({ definitionHash, capability }: Pick<KeptGrant, "definitionHash" | "capability">) {
  return `${definitionHash} ${capability}`;
}
