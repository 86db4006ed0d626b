/** Where a start stands. */
export type CoreStep = "locking" | "moving" | "opening" | "recovering" | "starting" | "accepting";

/** How far a step is that may take long; told again and again while it lasts. */
export interface StepAmount {
  readonly done: number;
  readonly total: number;
  /** Where it is written to. */
  readonly place: string;
}

export type OnCoreProgress = (step: CoreStep, amount?: StepAmount) => void;
