import type { Client, QueryResult, QueryResultRow } from "pg";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { storageErrorOf } from "./postgres-errors.ts";

/** SQL that is prepared once a connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Value =
  | string
  | number
  | boolean
  | null
  | Buffer
  | readonly (string | number | boolean | null)[];

/** Answers the rows of one statement. */
export type Query = <Row extends QueryResultRow>(
  statement: Statement,
  values?: readonly Value[],
) => Promise<readonly Row[]>;

/** One transaction on one connection. Statements go out at once, in order, without waiting for answers. */
export interface Transaction {
  readonly query: Query;
  /** For a statement whose rows nobody needs: an error of it is the error of the transaction. */
  readonly send: (statement: Statement, values?: readonly Value[]) => void;
  /** Awaits everything that was sent; throws the first error. */
  readonly settle: () => Promise<void>;
  /** Plain SQL, such as a savepoint. */
  readonly run: (sql: string) => Promise<void>;
}

/**
 * Runs `work` between BEGIN and COMMIT, all pipelined: what `work` only sends reaches the server together
 * with the COMMIT. After an error the server refuses the rest, and its answer to COMMIT is ROLLBACK.
 */
export async function inTransaction<T>(
  client: Client,
  attempted: string,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const sent: Promise<unknown>[] = [];
  const track = <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    const typed = answer.catch((error: unknown) => {
      throw storageErrorOf(error, attempted);
    });
    sent.push(typed);
    // Seen by `settle`; whoever awaits the answer itself sees it too.
    typed.catch(() => undefined);
    return typed;
  };
  const query = async <Row extends QueryResultRow>(
    { name, text }: Statement,
    values: readonly Value[] = [],
  ): Promise<readonly Row[]> =>
    (await track<QueryResult<Row>>(client.query<Row>({ name, text, values: [...values] }))).rows;
  const settle = async (): Promise<void> => {
    const answers = await Promise.allSettled(sent.splice(0));
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };

  void track(client.query("begin"));
  let result: T;
  try {
    result = await work({
      query,
      send: (statement, values) => {
        // Its error is seen by `settle`.
        query(statement, values).catch(() => undefined);
      },
      settle,
      run: async (sql) => {
        await track(client.query(sql));
      },
    });
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
  const commit = track(client.query("commit"));
  await settle();
  if ((await commit).command !== "COMMIT")
    throw new StorageError("IO", `${attempted}: the server rolled the transaction back.`);
  return result;
}
