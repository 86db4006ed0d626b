/// <reference lib="dom" />
// Functions that Playwright carries into a page: each stands alone.

export interface Watched {
  /** Milliseconds between frames. */
  readonly frames: readonly number[];
  /** For each batch with events: from its newest event's time to the task after the frame that shows it. */
  readonly toPaint: readonly number[];
  readonly newestSeq: number;
}

/** Before anything of the page runs: counts frames, and looks at what its WebSocket is sent. */
export function watchFramesAndEvents(): void {
  const watched = { frames: [] as number[], toPaint: [] as number[], newestSeq: 0 };
  Object.assign(globalThis, { benchWatched: watched });
  let lastAt = 0;
  const frame = (at: number): void => {
    if (lastAt > 0) watched.frames.push(at - lastAt);
    lastAt = at;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const Original = WebSocket;
  globalThis.WebSocket = class extends Original {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      this.addEventListener("message", ({ data }) => look(String(data)));
    }
  };

  function look(text: string): void {
    if (!text.includes('"topic":"run"')) return;
    const events = [...text.matchAll(/"seq":(\d+),"at":"([^"]+)"/g)];
    const [, seq = "0", at = ""] = events.at(-1) ?? [];
    watched.newestSeq = Math.max(watched.newestSeq, Number(seq));
    if (at === "" || text.startsWith('{"kind":"snapshot"')) return;
    // The store draws in the next frame too; the task behind it runs when that is done.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => watched.toPaint.push(Date.now() - Date.parse(at)));
      port1.start();
      port2.postMessage(null);
    });
  }
}

export function readNewestSeq(): number {
  return (globalThis as unknown as { readonly benchWatched: Watched }).benchWatched.newestSeq;
}

/** What was seen so far; counting begins anew. */
export function readWatched(): Watched {
  const { benchWatched } = globalThis as unknown as {
    readonly benchWatched: { frames: number[]; toPaint: number[]; newestSeq: number };
  }; // watchFramesAndEvents put it there
  const seen = { ...benchWatched };
  benchWatched.frames = [];
  benchWatched.toPaint = [];
  benchWatched.newestSeq = 0;
  return seen;
}
