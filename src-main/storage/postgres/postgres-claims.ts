import type { PostgresConnection } from "./postgres-connection.ts";

/** How long a run that was offered to one engine is offered to no other: longer than it takes to claim it. */
const offerSecs = 3;

interface Claimant {
  readonly epoch: number;
  readonly machineId: string;
}

/**
 * The due runs of a queue that several engines share, oldest first: what one engine looks at or was offered
 * a moment ago is skipped, so that they do not load the same runs and lose them at the claim. Runs of other
 * machines are left out, and a fenced engine is offered nothing. The claim itself stays a compare-and-set; an offer
 * promises nothing.
 */
export async function offerClaimableRuns(
  connection: PostgresConnection,
  { epoch, machineId }: Claimant,
  { now, limit }: { readonly now: string; readonly limit: number },
): Promise<readonly string[]> {
  return connection.write("Could not read queued runs", async ({ query, send }) => {
    // Losing an offer in a crash of the server is no loss.
    send(withoutWaitingForTheDisk);
    const rows = await query<{ run_id: string }>(offer, [now, limit, epoch, machineId, offerSecs]);
    return rows.map(({ run_id }) => run_id);
  });
}

const withoutWaitingForTheDisk = {
  name: "asynchronous_commit",
  text: "set local synchronous_commit = off",
};

// The right to write is looked up and not locked: an offer on its way while it is lost does no harm.
const isFree = `(select fenced_at is null from engine_instance where epoch = $3)
    and (machine_id is null or machine_id = $4)
    and (offered_until is null or offered_until < clock_timestamp() or offered_to = $3)`;

const offer = {
  name: "offer_claimable",
  text: `
    with fresh as (
      select run_id, ordinal, created_at as since from workflow_run
      where status = 'queued' and wake_at is null and ${isFree}
      order by ordinal limit $2 for no key update skip locked
    ), parked as (
      select run_id, ordinal, wake_at as since from workflow_run
      where status = 'queued' and wake_at <= $1 and ${isFree}
      order by wake_at, ordinal limit $2 for no key update skip locked
    ), due as (
      select run_id, ordinal, since from (select * from fresh union all select * from parked) both_kinds
      order by since, ordinal limit $2
    ), offered as (
      update workflow_run r set offered_to = $3, offered_until = clock_timestamp() + make_interval(secs => $5)
      from due where r.run_id = due.run_id
    )
    select run_id from due order by since, ordinal`,
};
