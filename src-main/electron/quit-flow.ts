/** What a person chose when runs were still working. */
export type QuitChoice = "finish" | "now" | "stay";

export interface QuitFlowOptions {
  readonly activeRuns: () => Promise<number>;
  /** Asks the person; the signal takes the question away. */
  readonly ask: (question: QuitQuestion) => Promise<QuitChoice>;
  /** Drains and closes the core; called again with 0 it hurries. */
  readonly closeCore: (options: { readonly drainMs: number }) => Promise<unknown>;
  /** Ends the process. */
  readonly end: () => void;
  /** Ends the process, for another one to begin. */
  readonly beginAgain: () => void;
}

export interface QuitQuestion {
  readonly activeRuns: number;
  readonly signal: AbortSignal;
}

/** The way out: ask, drain, commit, end. Nothing here can lose what is committed. */
export interface QuitFlow {
  /** A person quits. Pressed again: Quit now. */
  request(): void;
  /** A person wants another start: asked and drained like `request`. */
  requestRestart(): void;
  /** The operating system ends: no question. */
  shutDown(): void;
  /** Nothing is active: closes everything, then calls `last` instead of ending the process. */
  leaveFor(last: () => void): void;
  /** It ends in any case now. */
  isLeaving(): boolean;
}

const finishMs = 30_000;
const shutDownMs = 2_000;
/** For committing, the marks, and closing; past it the process ends without the clean mark. */
const closeMs = 5_000;

export function createQuitFlow(options: QuitFlowOptions): QuitFlow {
  const { activeRuns, ask, closeCore, end, beginAgain } = options;
  let question: AbortController | null = null;
  let isLeaving = false;
  let deadline: NodeJS.Timeout | null = null;

  function leave(drainMs: number, last: () => void = end): void {
    question?.abort();
    if (deadline !== null) clearTimeout(deadline);
    // Never by terminating its thread, which may be inside SQLite: the whole process ends at once.
    deadline = setTimeout(end, drainMs + closeMs);
    // An end that was not clean is in the log, and the next start finds what it left.
    isLeaving = true;
    closeCore({ drainMs }).then(last, last).catch(end);
  }

  async function askAndLeave(last: () => void): Promise<void> {
    question = new AbortController();
    const choice = await choose(question.signal);
    question = null;
    if (isLeaving || choice === "stay") return;
    leave(choice === "finish" ? finishMs : 0, last);
  }

  async function choose(signal: AbortSignal): Promise<QuitChoice> {
    const active = await activeRuns();
    if (active === 0) return "now";
    // A question that was taken away was answered by what took it away.
    return ask({ activeRuns: active, signal }).catch((): QuitChoice => "stay");
  }

  return {
    request() {
      if (isLeaving || question !== null) leave(0);
      else void askAndLeave(end);
    },
    requestRestart() {
      if (!isLeaving && question === null) void askAndLeave(beginAgain);
    },
    shutDown() {
      leave(shutDownMs);
    },
    leaveFor: (last) => leave(0, last),
    isLeaving: () => isLeaving,
  };
}
