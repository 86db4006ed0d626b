import type { EventRow, NodeRow } from "./sim-database.ts";
import type { SimNode } from "./random-workflow.ts";

/** One change of a node, as its event tells it. */
export interface NodeEvent {
  readonly seq: number;
  readonly actorKind: string;
  readonly data: NodeData;
}

/** Its data, checked by check-history.ts. */
export interface NodeData {
  readonly nodePath: string;
  readonly from?: string;
  readonly to: string;
  readonly reason?: string;
  readonly inputRef?: object;
  readonly notBefore?: string;
  readonly attempt?: {
    readonly number: number;
    readonly status: string;
    readonly error?: {
      readonly code: string;
      readonly effectNotStarted?: boolean;
      readonly outcomeUnknown?: boolean;
    };
  };
}

export interface AttemptCheck {
  readonly node: SimNode;
  readonly row: NodeRow;
  readonly nodeEvents: readonly NodeEvent[];
  /** All events of the run. */
  readonly events: readonly EventRow[];
  readonly say: (text: string) => void;
}

/** Whether each attempt was allowed to begin, and the last one to be the last. */
export function checkAttempts(check: AttemptCheck): void {
  if (check.node.type !== "work") return;
  const failed = countFailed(check);
  const { node, say } = check;
  if (failed > node.maxAttempts && node.replay !== "external")
    say(`${node.id} failed ${failed} times, ${node.maxAttempts} attempts were allowed`);
  checkFailure(check, failed);
  if (node.replay === "external") checkDecisions(check);
  if (node.sensitive) checkConfirmations(check);
}

/** Interruptions and unknown outcomes do not use up attempts. */
function countFailed({ nodeEvents }: AttemptCheck): number {
  return nodeEvents.filter(({ data: { attempt } }) => {
    const { code, outcomeUnknown } = attempt?.error ?? {};
    return attempt?.status === "failed" && code !== "INTERRUPTED" && outcomeUnknown !== true;
  }).length;
}

function checkFailure({ node, row, say }: AttemptCheck, failed: number): void {
  if (row.status !== "failed" || row.error === null || row.attemptNumber === 0) return;
  const { code } = JSON.parse(row.error) as { code: string }; // a stored Failure
  if (["SIM_FATAL", "REJECTED", "MARKED_FAILED"].includes(code)) return;
  if (!["NODE_ERROR", "TIMEOUT", "SIM_NOT_STARTED"].includes(code))
    say(`${node.id} failed with ${row.error}`);
  const isTriedOnce = node.replay === "external" && code !== "SIM_NOT_STARTED";
  if (!isTriedOnce && failed < node.maxAttempts)
    say(`${node.id} failed for good after ${failed} of ${node.maxAttempts} attempts`);
}

/** An external node begins again only where nothing had begun, or after a person's decision. */
function checkDecisions({ node, nodeEvents, say }: AttemptCheck): void {
  let mayBegin = true;
  for (const { data, actorKind } of nodeEvents) {
    const { attempt, reason } = data;
    if (data.to === "running" && attempt?.status === "running") {
      if (!mayBegin) say(`${node.id} is external, attempt ${attempt.number} was not decided`);
      mayBegin = false;
    }
    const isDecided = actorKind !== "engine" && reason !== "resumed" && reason !== "confirmed";
    if (attempt?.error?.effectNotStarted === true || (data.to === "queued" && isDecided))
      mayBegin = true;
  }
}

/** Each attempt of a sensitive node was confirmed for its input, or consent was kept. */
function checkConfirmations({ node, row, nodeEvents, events, say }: AttemptCheck): void {
  const given = events.flatMap(({ seq, type, data }) => {
    if (type !== "confirmation.given") return [];
    const confirmation = JSON.parse(data) as Confirmation; // checked by check-history.ts
    const sequence = Number.parseInt(confirmation.nodeExecutionId.slice(28), 16);
    return sequence === row.sequence ? [{ seq, ...confirmation }] : [];
  });
  for (const { seq, data } of nodeEvents) {
    if (data.to !== "running" || data.attempt?.status !== "running") continue;
    const { number } = data.attempt;
    const isConfirmed = given.some(
      (one) =>
        one.seq < seq &&
        one.inputSha256 === row.inputSha256 &&
        (node.keepsConsent || one.attempt === number),
    );
    if (!isConfirmed) say(`${node.id} is sensitive, attempt ${number} was not confirmed`);
  }
}

interface Confirmation {
  readonly nodeExecutionId: string;
  readonly attempt: number;
  readonly inputSha256: string;
}
