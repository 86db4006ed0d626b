import { useEffect, useState, type ReactNode } from "react";
import type { ApiError } from "../../app/contract/api-error.ts";
import type { RequestOutput } from "../../app/contract/contract.ts";
import type { PayloadSlot } from "../../app/contract/payload-slot.ts";
import { safeText } from "../../app/model/safe-text.ts";
import type { PayloadRef } from "../../app/model/workflow-run.ts";
import { api } from "../api.ts";
import { payloadMessages as words } from "../messages/payload-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { Button } from "../ui/Button.tsx";
import { JsonTree } from "./JsonTree.tsx";
import styles from "./PayloadView.module.css";

type Piece = NonNullable<RequestOutput<"run.payload.slice">["payload"]>;

const revealMs = 30_000;

/** A stored payload: as a tree while it fits into one piece, else as text, piece by piece. */
export function PayloadView(props: {
  readonly slot: PayloadSlot;
  /** Null: there is none. Another content is another reference. */
  readonly payload: PayloadRef | null;
  readonly empty: string;
  /** It has its height, or as much of it as it will have by itself. */
  readonly onRead?: () => void;
}): ReactNode {
  const { slot, payload, onRead } = props;
  const [pieces, setPieces] = useState<readonly Piece[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [isRaw, setIsRaw] = useState(false);
  const [isRevealed, setIsRevealed] = useState(false);
  const [isCopied, setIsCopied] = useState(false);
  const sha256 = payload?.sha256 ?? null;
  const key = JSON.stringify(slot);

  useEffect(() => {
    if (sha256 === null) return undefined;
    const asking = new AbortController();
    void api
      .request("run.payload.slice", { slot, reveal: isRevealed }, { signal: asking.signal })
      .then((answer) => {
        if (asking.signal.aborted) return;
        if (!answer.ok) setError(answer.error);
        else if (answer.value.payload !== null) setPieces([answer.value.payload]);
      });
    return () => asking.abort();
    // `key` is the slot's content; a new object with the same content asks nothing.
  }, [key, sha256, isRevealed]);
  useEffect(() => {
    if (!isRevealed) return undefined;
    const timer = window.setTimeout(() => setIsRevealed(false), revealMs);
    return () => window.clearTimeout(timer);
  }, [isRevealed]);

  const isRead = sha256 === null || error !== null || pieces.length > 0;
  useEffect(() => {
    if (isRead) onRead?.();
  }, [isRead, onRead]);

  if (sha256 === null) return <p className={styles.note}>{props.empty}</p>;
  if (error !== null) {
    return (
      <p className={styles.note} role="alert">
        {words.damaged} {error.message}
      </p>
    );
  }
  const [first] = pieces;
  const last = pieces.at(-1);
  if (first === undefined || last === undefined) {
    return <p className={styles.note}>{uiMessages.loading}</p>;
  }
  const more = async (): Promise<void> => {
    if (last.next === null) return;
    const answer = await api.request("run.payload.slice", {
      slot,
      offset: last.next,
      reveal: isRevealed,
    });
    if (answer.ok && answer.value.payload !== null) setPieces([...pieces, answer.value.payload]);
  };
  const text = pieces.map((piece) => piece.text).join("");
  const copy = (): void => {
    void window.navigator.clipboard.writeText(text).then(() => setIsCopied(true));
  };
  return (
    <div className={styles.payload}>
      <div className={styles.tools}>
        <span className={styles.size}>{words.size(first.totalBytes)}</span>
        {first.masked > 0 && !isRevealed && (
          <Button look="quiet" size="small" onClick={() => setIsRevealed(true)}>
            {words.masked(first.masked)} · {words.reveal}
          </Button>
        )}
        {first.value !== undefined && (
          <Button look="quiet" size="small" aria-pressed={isRaw} onClick={() => setIsRaw(!isRaw)}>
            {isRaw ? words.pretty : words.raw}
          </Button>
        )}
        <Button look="quiet" size="small" onClick={copy}>
          {isCopied ? words.copied : words.copy}
        </Button>
      </div>
      {first.value !== undefined && !isRaw ? (
        <JsonTree value={first.value} />
      ) : (
        <pre className={styles.raw}>{safeText(text, { lines: "keep" })}</pre>
      )}
      {last.next !== null && (
        <Button size="small" className={styles.more} onClick={() => void more()}>
          {words.more(last.next, first.totalBytes)}
        </Button>
      )}
    </div>
  );
}
