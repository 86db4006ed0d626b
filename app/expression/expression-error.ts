/** An expression that does not compile, fails, takes too long, or yields something that is not JSON. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly code = "EXPRESSION" as const;
  /** The expression with its leading `=`. */
  readonly source: string;
  /** Column in `source`, from 1, of the last character of the token in question; null when unknown. */
  readonly position: number | null;

  constructor(failure: {
    message: string;
    source: string;
    position?: number | null;
    cause?: unknown;
  }) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.source = failure.source;
    this.position = failure.position ?? null;
  }
}
