/**
 * What tells a handler to end. The signal is made when somebody asks for it: few handlers do, and it is
 * among the dearest things of an attempt.
 */
export class AttemptAbort {
  #controller: AbortController | null = null;
  #isAborted = false;
  #reason: unknown = undefined;

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get isAborted(): boolean {
    return this.#isAborted;
  }

  /** The first reason counts, as with an AbortController. */
  abort(reason?: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
