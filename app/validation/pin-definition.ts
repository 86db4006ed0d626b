import { canonicalJson } from "../model/canonical-json.ts";
import type { JsonValue } from "../model/json.ts";
import type { PinnedDefinition, WorkflowDefinition } from "../model/workflow-definition.ts";

/**
 * A definition as its runs keep it. The hash is that of the file as written (RFC 8785), so it does not
 * change when this app's defaults do; spaces and the order of names do not change it either.
 */
export function pinDefinition(pinned: {
  /** The JSON as it stands in the file. */
  readonly source: JsonValue;
  /** The same with every default filled in. */
  readonly definition: WorkflowDefinition;
  /** The version of each node type that this app has. */
  readonly nodeTypeVersions: Readonly<Record<string, number>>;
  /** SHA-256 of the text's UTF-8 bytes, in lower-case hex. */
  readonly sha256: (text: string) => string;
}): PinnedDefinition {
  const source = canonicalJson(pinned.source);
  const types = new Set(pinned.definition.nodes.map((node) => node.type));
  const versions = [...types].toSorted().map((type) => {
    const version = Object.hasOwn(pinned.nodeTypeVersions, type)
      ? pinned.nodeTypeVersions[type]
      : undefined;
    if (version === undefined) {
      throw new RangeError(
        `The node type "${type}" has no version to pin: validate the workflow first.`,
      );
    }
    return [type, version] as const;
  });
  return {
    hash: pinned.sha256(source),
    source,
    resolved: pinned.definition,
    nodeTypeVersions: Object.fromEntries(versions),
  };
}
