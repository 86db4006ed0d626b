/** Where newer versions come from. Nothing of it is touched before a person, or their setting, asks. */
export interface UpdateFeed {
  /** The newest version there; null when this one is. */
  check(): Promise<FoundVersion | null>;
  /** Fetches the version that was found, and checks its hash and signature. */
  download(onProgress: (fraction: number) => void): Promise<void>;
  /** Starts the installer of what was downloaded; the process is to end then. */
  install(): void;
}

export interface FoundVersion {
  readonly version: string;
  /** The data format that it writes; null where its publisher does not say. */
  readonly schemaVersion: number | null;
}
