import { notImplemented, requireKnown } from "./not-implemented.ts";
import { record } from "./recorder.ts";

export interface MenuItemOptions {
  readonly id?: string;
  readonly label?: string;
  readonly type?: string;
  readonly role?: string;
  readonly accelerator?: string;
  readonly enabled?: boolean;
  readonly visible?: boolean;
  readonly checked?: boolean;
  readonly submenu?: readonly MenuItemOptions[];
  click?(...args: unknown[]): void;
}

const itemOptions = new Set([
  "id",
  "label",
  "type",
  "role",
  "accelerator",
  "enabled",
  "visible",
  "checked",
  "submenu",
  "click",
]);

class MenuItem {
  readonly options: MenuItemOptions;
  readonly submenu: Menu | null;

  constructor(options: MenuItemOptions) {
    requireKnown("MenuItem", options, itemOptions);
    this.options = options;
    this.submenu = options.submenu === undefined ? null : Menu.buildFromTemplate(options.submenu);
  }

  get label(): string {
    return this.options.label ?? this.options.role ?? "";
  }

  /** As a person does it. */
  click(): void {
    if (this.options.enabled === false) throw new Error(`"${this.label}" cannot be clicked now`);
    this.options.click?.(this, undefined, {});
  }
}

/** Menus are not drawn; a spec finds an item and clicks it. */
export class Menu {
  readonly items: readonly MenuItem[];
  private static application: Menu | null = null;

  constructor(items: readonly MenuItem[] = []) {
    this.items = items;
  }

  static buildFromTemplate(template: readonly MenuItemOptions[]): Menu {
    return new Menu(template.map((options) => new MenuItem(options)));
  }

  static setApplicationMenu(menu: Menu | null): void {
    record("Menu.setApplicationMenu", menu === null ? null : menu.labels());
    Menu.application = menu;
  }

  static getApplicationMenu(): Menu | null {
    return Menu.application;
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.options.id === id ? item : (item.submenu?.getMenuItemById(id) ?? null);
      if (found !== null) return found;
    }
    return null;
  }

  labels(): string[] {
    return this.items.map(({ label }) => label);
  }

  popup(): never {
    return notImplemented("Menu.popup");
  }
}
