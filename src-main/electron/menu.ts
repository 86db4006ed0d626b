import { Menu, type MenuItemConstructorOptions } from "electron";

/** What every desktop expects: copying, zooming, leaving. Everything else is in the screens. */
export function setApplicationMenu(): void {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === "darwin" ? [{ role: "appMenu" as const }] : [fileMenu]),
    { role: "editMenu" },
    viewMenu,
    { role: "windowMenu" },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

const fileMenu: MenuItemConstructorOptions = {
  label: "File",
  submenu: [{ role: "close" }, { type: "separator" }, { role: "quit" }],
};

const viewMenu: MenuItemConstructorOptions = {
  label: "View",
  submenu: [
    { role: "resetZoom" },
    { role: "zoomIn" },
    { role: "zoomOut" },
    { type: "separator" },
    { role: "togglefullscreen" },
  ],
};
