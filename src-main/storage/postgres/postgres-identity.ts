import { StorageError } from "../../../app/storage/storage-error.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import type { Query } from "./postgres-transaction.ts";

/**
 * Looks at each new connection: it leads to the same data as the first one did. After a failover the same
 * address may lead to an empty or restored database; nothing may be written there as if all were well.
 */
export function createIdentityCheck({ shown }: DatabaseAddress) {
  let known: string | null = null;
  /** The newest of what this session was told to be committed. */
  let newest: { readonly runId: string; readonly lastSeq: number } | null = null;

  /** A backup, or a standby that was behind, has the same identity and an older history. */
  async function requireAcknowledged(
    query: Query,
    { runId, lastSeq }: { readonly runId: string; readonly lastSeq: number },
  ): Promise<void> {
    const [run] = await query<{ found: number }>(selectLastSeq, [runId]);
    const found = run?.found ?? 0;
    if (found >= lastSeq) return;
    throw new StorageError(
      "CORRUPT",
      `The data in ${shown} is older than what was saved here: of run ${runId} it has ${found} events instead of ${lastSeq}. Connect to the server with the newest data, or start Handshake anew to go on from the older.`,
      { details: { expected: lastSeq, found } },
    );
  }

  return {
    async inspect(query: Query): Promise<void> {
      if (known === null) return;
      const [row] = await query<{ found: string | null }>(findIdentity);
      const found = row?.found === null ? null : await readIdentity(query);
      if (found === known) {
        if (newest !== null) await requireAcknowledged(query, newest);
        return;
      }
      throw new StorageError(
        "CORRUPT",
        found === null
          ? `The data of this session is no longer in ${shown}: the database there is empty. Connect to the right server, or restore the newest backup.`
          : `Other data than before is in ${shown}. Connect to the right server, or start Handshake anew to work with that data.`,
        { details: { expected: known, found } },
      );
    },
    /** After a COMMIT: data without it is older than what was acknowledged. */
    acknowledged(runId: string, lastSeq: number): void {
      newest = { runId, lastSeq };
    },
    /** After the migration: from now on every connection has to lead to this data. */
    async remember(query: Query): Promise<void> {
      known = await readIdentity(query);
    },
  };
}

async function readIdentity(query: Query): Promise<string | null> {
  const [row] = await query<{ id: string }>(selectIdentity);
  return row?.id ?? null;
}

const findIdentity = {
  name: "find_identity",
  text: "select to_regclass(current_schema() || '.storage_identity')::text as found",
};

const selectLastSeq = {
  name: "acknowledged",
  text: "select last_seq as found from workflow_run where run_id = $1",
};

const selectIdentity = { name: "identity", text: "select id from storage_identity" };
