import { registerHooks } from "node:module";

/**
 * A known trap rebuilt on purpose: a replacement in the text of modules as they are loaded. The
 * simulation has to find every one of them, or it would not find that bug either.
 */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Where the search begins: a seed that found it, for those that few seeds find. */
  readonly firstSeed: number;
}

interface Edit {
  /** The end of the module's path. */
  readonly file: string;
  /** Stands in it once; white space counts as one space. */
  readonly find: string;
  readonly replace: string;
}

export const mutants: readonly Mutant[] = [
  mutant("skipped nodes leave no event", {
    file: "app/engine/end-node.ts",
    find: "for (const { node, untakenEdges } of skipped) {",
    replace: "for (const { node, untakenEdges } of skipped.slice(0, 0)) {",
  }),
  mutant("a completed node is forgotten when its run is loaded", {
    file: "app/engine/load-run.ts",
    find: "for (const row of ended) takeOver(state, row);",
    replace: "for (const row of ended.slice(1)) takeOver(state, row);",
  }),
  mutant("a handler starts before its attempt is committed", {
    file: "app/engine/active-run.ts",
    find: "internals.queue.submit(runId, draft.changes, state.known).then(",
    replace:
      "committed(run(), draft); internals.queue.submit(runId, draft.changes, state.known).then(",
  }),
  mutant("a group is written in two transactions", {
    file: "app/engine/commit-queue.ts",
    find: "const outcomes = await storage.commit(groups, fence);",
    replace: `
      const isLong = (group) => group.changes.length > 1;
      const halves = groups.filter(isLong).map((group) => (
        { ...group, groupId: group.groupId + "h", changes: group.changes.slice(0, group.changes.length >> 1) }));
      if (halves.length > 0) await storage.commit(halves, fence);
      const outcomes = await storage.commit(groups.map((group) => isLong(group)
        ? { ...group, expect: null, changes: group.changes.slice(group.changes.length >> 1) } : group), fence);`,
  }),
  mutant(
    "the input of a retry is evaluated again",
    {
      file: "app/engine/start-node.ts",
      find: "if (live !== undefined && live.input !== null)",
      replace: "if (live !== undefined && live.input !== null && live.attemptNumber === 0)",
    },
    {
      file: "app/engine/start-node.ts",
      find: "if (live?.isInputStored === true)",
      replace: "if (live?.isInputStored === true && live.attemptNumber === 0)",
    },
  ),
  mutant("a stale engine may go on writing", {
    file: "src-main/storage/sqlite/sqlite-instances.ts",
    find: "if (newest?.instanceId === fence.instanceId && newest.epoch === fence.epoch) return;",
    replace: "return;",
  }),
  {
    ...mutant("a resume forgets how often a node failed", {
      file: "app/engine/load-run.ts",
      find: "if (row.attemptNumber === 0) return 0;",
      replace: "return 0;",
    }),
    firstSeed: 21,
  },
  mutant("a parked run forgets its timer", {
    file: "app/engine/settle-run.ts",
    find: "const wake = wakeAt === null ? {} : { wakeAt: timestamp(wakeAt) };",
    replace: "const wake = {};",
  }),
  mutant("an external node runs again without a decision", {
    file: "app/engine/resume-run.ts",
    find: "const asks = isOpen && !isDecided;",
    replace: "const asks = false;",
  }),
  mutant("a sub-step's result is not recorded", {
    file: "app/engine/sub-steps.ts",
    find: 'await ports.commit({ change: "stepRecorded", ...identity, output });',
    replace: "",
  }),
  {
    ...mutant("recovery stalls a run that was closing", {
      file: "src-main/storage/sqlite/sqlite-recovery.ts",
      find: "coalesce(json_extract(r.closing, '$.to'), 'stalled') as to_status,",
      replace: "'stalled' as to_status,",
    }),
    firstSeed: 139,
  },
  mutant("a long group leaves a gap in seq", {
    file: "src-main/storage/sqlite/sqlite-commit.ts",
    find: "const count = group.changes.length;",
    replace: "const count = group.changes.length + Number(group.changes.length > 3);",
  }),
];

function mutant(name: string, ...edits: readonly Edit[]): Mutant {
  return { name, edits, firstSeed: 1 };
}

/** From now on modules are loaded with the bug in them. Throws when a module has no such text. */
export function plantMutant(name: string): void {
  const planted = mutants.find((one) => one.name === name);
  if (planted === undefined) {
    throw new Error(`There is no mutant "${name}": ${mutants.map((one) => one.name).join("; ")}.`);
  }
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const edits = planted.edits.filter(({ file }) => url.endsWith(file));
      if (edits.length === 0 || loaded.source === undefined) return loaded;
      let text = textOf(loaded.source);
      for (const edit of edits) text = edited(text, edit);
      return { ...loaded, source: text };
    },
  });
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | null): string {
  if (typeof source === "string") return source;
  return source === null ? "" : new TextDecoder().decode(source);
}

function edited(text: string, { file, find, replace }: Edit): string {
  const words = find
    .split(/\s+/)
    .map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  const parts = text.split(new RegExp(words.join(String.raw`\s+`)));
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}
