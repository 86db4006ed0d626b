/** Where a start stands. */
export type CoreStep =
  | "locking"
  | "moving"
  | "opening"
  | "backing-up"
  | "migrating"
  | "recovering"
  | "starting"
  | "accepting";

/** How far a step is that may take long; told again and again while it lasts. */
export interface StepAmount {
  readonly done: number;
  readonly total: number;
  /** Where it is written to. */
  readonly place: string;
  /** It grows up to `total` while the thread that writes it can tell nothing: another thread may look. */
  readonly file?: string;
}

export type OnCoreProgress = (step: CoreStep, amount?: StepAmount) => void;
