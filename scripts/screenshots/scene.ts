import type { Page } from "@playwright/test";
import type { ShownHost } from "./shown-host.ts";

/** What a scene finds: a long history, a first start, one where runs are alive, or only a small window. */
export type Stage = "history" | "nothing" | "life" | "window";

export interface SceneContext {
  readonly host: ShownHost;
  readonly page: Page;
  /** Loads a place of the app. */
  readonly goTo: (path: string) => Promise<void>;
}

/** One picture. Scenes of a stage follow each other on one host, so their order counts. */
export interface Scene {
  readonly name: string;
  readonly stage: Stage;
  /** CSS pixels; 1280 × 800 by default. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Nothing is heard from the engine. */
  readonly isMute?: true;
  readonly show: (context: SceneContext) => Promise<void>;
}
