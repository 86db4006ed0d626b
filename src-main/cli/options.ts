/** Every option that some command has. One name means the same wherever it stands. */
export const optionTable = {
  data: { takes: "DIR", about: "the data folder (default: HANDSHAKE_DATA, else the app's own)" },
  database: {
    takes: "URL",
    about: "a shared database, postgresql://… (default: HANDSHAKE_DATABASE_URL, else the app's)",
  },
  json: { takes: null, about: "one JSON object a line instead of text" },
  help: { takes: null, about: "explain the command" },
  version: { takes: null, about: "print the version" },
  input: { takes: "JSON", about: "the run's input: JSON text, @FILE, or @- for standard input" },
  allow: {
    takes: "CAP",
    about: "grant a capability, like net:https://news.example; may be repeated",
  },
  access: { takes: "MODE", about: "analysis_only, preview_only or apply_scoped (default)" },
  "request-key": { takes: "KEY", about: "the same key twice is one run" },
  status: { takes: "S,…", about: "only runs in these states, like stalled,awaiting_user" },
  limit: { takes: "N", about: "at most so many (runs: 20 lines; worker: 100 runs at once)" },
  decide: { takes: "NODE=…", about: "run_again, mark_done or skip:JSON; may be repeated" },
  "confirm-poisoned": { takes: null, about: "yes, resume a run that crashed the app three times" },
  reason: { takes: "TEXT", about: "why, for the history" },
  port: { takes: "N", about: "listen on this port (default: the one it had before)" },
  open: { takes: null, about: "open it in the browser, too" },
  detach: { takes: null, about: "only queue the run: whoever works on the database takes it" },
  from: { takes: "PLACE", about: "a data folder, or postgresql://user:password@host/database" },
  to: { takes: "PLACE", about: "the same, without runs" },
  full: { takes: null, about: "check every saved result too" },
} as const satisfies Record<string, { readonly takes: string | null; readonly about: string }>;

export type OptionName = keyof typeof optionTable;

/** What every command understands. */
export const commonOptions = [
  "data",
  "database",
  "json",
  "help",
] as const satisfies readonly OptionName[];

/** Options as they were given; each with all its values, in order. A flag has no value. */
export interface OptionValues {
  has(name: OptionName): boolean;
  all(name: OptionName): readonly string[];
  /** The last one counts. */
  get(name: OptionName): string | undefined;
}
