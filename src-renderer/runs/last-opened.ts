let lastOpened: string | null = null;

/** Remembers the row that a run was opened from, so that the focus comes back to it. */
export function rememberOpened(runId: string): void {
  lastOpened = runId;
}

/** The row to give the focus to, once. */
export function takeLastOpened(): string | null {
  const runId = lastOpened;
  lastOpened = null;
  return runId;
}
