import { safeText } from "../../../app/model/safe-text.ts";
import type { PinnedDefinition } from "../../../app/model/workflow-definition.ts";
import type { ReadStorage } from "./read-storage.ts";

/** The definitions that were read last, with what people call their nodes. */
export interface DefinitionCache {
  get(hash: string): Promise<KnownDefinition | null>;
}

export interface KnownDefinition {
  readonly definition: PinnedDefinition;
  /** For people: the node's name, else its id. */
  nameOf(nodePath: string): string;
}

/** Parsing a definition of 10,000 nodes takes longer than everything else on a page. */
const kept = 32;
const longestName = 200;

export function createDefinitionCache(storage: ReadStorage): DefinitionCache {
  const known = new Map<string, KnownDefinition>();
  return {
    async get(hash) {
      const found = known.get(hash) ?? (await read(storage, hash));
      if (found === null) return null;
      // The one used last stands last.
      known.delete(hash);
      known.set(hash, found);
      const [oldest] = known.keys();
      if (known.size > kept && oldest !== undefined) known.delete(oldest);
      return found;
    },
  };
}

/** Text from outside as a title: one line without control and direction characters. */
export function titleOf(text: string): string {
  return safeText(text).slice(0, longestName).toWellFormed();
}

async function read(storage: ReadStorage, hash: string): Promise<KnownDefinition | null> {
  const definition = await storage.getDefinition(hash);
  if (definition === null) return null;
  const names = new Map(
    definition.resolved.nodes.map(({ id, name }) => [id, titleOf(name ?? id)] as const),
  );
  return { definition, nameOf: (nodePath) => names.get(nodePath) ?? titleOf(nodePath) };
}
