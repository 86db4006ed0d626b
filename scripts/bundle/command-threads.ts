/** The threads of the `handshake` command, each a bundle in dist/cli, by the name of their first file. */
export const commandThreads = {
  cli: "src-main/cli/main.ts",
  "core-thread": "src-main/core/core-thread.ts",
  "reader-thread": "src-main/core/reading/reader-thread.ts",
  "expression-worker": "src-main/core/expression-worker.ts",
  "lease-thread": "src-main/storage/postgres/postgres-lease-thread.ts",
} as const;
