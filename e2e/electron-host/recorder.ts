/** One call of the app that a desktop would have shown. */
export interface RecordedCall {
  /** `Notification.show`, `shell.openExternal` … */
  readonly name: string;
  readonly details: unknown;
}

/** What the app asked of the desktop, in order; read by specs. */
export const calls: RecordedCall[] = [];

/** What would have been wrong on a real desktop, such as a dialog that nobody answered. Specs fail on it. */
export const failures: string[] = [];

export function record(name: string, details: unknown = null): void {
  calls.push({ name, details });
}

export function fail(message: string): Error {
  failures.push(message);
  process.stderr.write(`electron-host: ${message}\n`);
  return new Error(`electron-host: ${message}`);
}
