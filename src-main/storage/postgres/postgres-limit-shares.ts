import {
  divideShares,
  type Amounts,
  type LimitShares,
  type ShareRequest,
} from "../../../app/engine/limit-shares.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { requireFence } from "./postgres-instances.ts";
import { multiRow } from "./postgres-multi-row.ts";

/** Keeps every engine's reservations in one table; one engine at a time changes its own. */
export function createLimitShares(connection: PostgresConnection, schema: string): LimitShares {
  return {
    share: ({ fence, limits, used }: ShareRequest): Promise<Amounts> =>
      connection.write("Could not share the limits", async (transaction) => {
        const { query } = transaction;
        await requireFence(query, fence);
        await query(lockShares, [`handshake limits ${schema}`]);
        const rows = await query<ShareRow>(sharesOfOthers, [fence.epoch]);
        const others = new Map<number, Record<string, number>>();
        for (const { epoch, name, amount } of rows) {
          const amounts = others.get(epoch) ?? {};
          others.set(epoch, amounts);
          if (name !== null) amounts[name] = amount ?? 0;
        }
        const mine = divideShares({ limits, used, others: [...others.values()] });
        transaction.send(dropShares, [fence.epoch]);
        insertShares.send(
          transaction,
          Object.entries(mine).map(([name, amount]) => ({ epoch: fence.epoch, name, amount })),
        );
        return mine;
      }),
  };
}

interface ShareRow {
  readonly epoch: number;
  readonly name: string | null;
  readonly amount: number | null;
}

const lockShares = {
  name: "lock_shares",
  text: "select pg_advisory_xact_lock(hashtextextended($1, 0))",
};

// An engine that nobody fenced yet may still work, even where its lease has run out.
const sharesOfOthers = {
  name: "shares_of_others",
  text: `select i.epoch, s.name, s.amount
    from engine_instance i left join limit_share s on s.epoch = i.epoch
    where i.clean_at is null and i.fenced_at is null and i.epoch <> $1`,
};

const dropShares = { name: "drop_shares", text: "delete from limit_share where epoch = $1" };

const insertShares = multiRow<{ epoch: number; name: string; amount: number }>(
  "insert_shares",
  [
    ["epoch", "int8", (row) => row.epoch],
    ["name", "text", (row) => row.name],
    ["amount", "int4", (row) => row.amount],
  ],
  (source) =>
    `insert into limit_share (epoch, name, amount) select epoch, name, amount from ${source}`,
);
