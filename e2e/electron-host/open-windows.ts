/** A window as the app's end sees it. */
export interface OpenWindow {
  /** False: its app refused. */
  close(): boolean;
  destroy(): void;
}

/** Every window that is not destroyed yet, in the order of opening. */
export const openWindows = new Set<OpenWindow>();
