import type { Menu } from "./menu.ts";
import { strict } from "./not-implemented.ts";
import { record } from "./recorder.ts";
import { StrictEmitter } from "./strict-emitter.ts";

/** Trays that the app made; a spec reads their menu and clicks. */
export const trays: Tray[] = [];

export class Tray extends StrictEmitter {
  image: unknown;
  toolTip = "";
  menu: Menu | null = null;
  private isGone = false;

  constructor(image: unknown) {
    super("Tray", ["click", "right-click", "double-click"]);
    this.image = image;
    record("Tray");
    const self = strict("Tray", this);
    trays.push(self);
    return self;
  }

  setToolTip(toolTip: string): void {
    this.toolTip = toolTip;
  }

  setImage(image: unknown): void {
    this.image = image;
  }

  setContextMenu(menu: Menu | null): void {
    this.menu = menu;
  }

  destroy(): void {
    this.isGone = true;
  }

  isDestroyed(): boolean {
    return this.isGone;
  }
}
