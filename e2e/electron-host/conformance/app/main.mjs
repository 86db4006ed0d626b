// The app of the conformance specs: as little as shows what Electron does.
import { join } from "node:path";
import { app, BrowserWindow, ipcMain, protocol, session } from "electron";

app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
const userData = process.argv.at(-1);
if (userData === undefined) throw new Error("The last argument is the user data folder.");
app.setPath("userData", userData);

/** What happened, in order; specs read it. */
globalThis.seen = [];
const see = (...what) => void globalThis.seen.push(what);

const headers = {
  "content-type": "text/html",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
};
const pages = {
  "/": "<!doctype html><title>Conformance</title><h1>One</h1><a id=other href=/other>other</a> <a id=target href=https://foreign.example/linked target=_blank>linked</a>",
  "/other": "<!doctype html><title>Other</title><h1>Two</h1>",
};

if (!app.requestSingleInstanceLock({ from: "conformance" })) {
  app.exit(0);
} else {
  app.on("second-instance", (_event, argv, _folder, data) =>
    see("second-instance", argv.at(-1), data),
  );
  app.on("window-all-closed", () => see("window-all-closed"));
  app.on("will-quit", () => see("will-quit"));
  app.on("web-contents-created", (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      see("window-open", url);
      return { action: "deny" };
    });
    contents.on("will-navigate", (event, url) => {
      see("will-navigate", url);
      if (url !== "app://conformance/other") event.preventDefault();
    });
    contents.on("render-process-gone", (_event, details) => see("gone", details.reason));
  });
  ipcMain.handle("echo", (_event, value) => value);
  ipcMain.handle("fail", () => {
    throw new RangeError("out of range");
  });
  ipcMain.handle("frame", (event) => ({
    isMain: event.senderFrame === event.sender.mainFrame,
    origin: event.senderFrame?.origin,
    url: event.senderFrame?.url,
  }));
  ipcMain.on("say", (event, ...args) => event.sender.send("said", ...args));
}

void app.whenReady().then(async () => {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) =>
    answer(false),
  );
  session.defaultSession.setPermissionCheckHandler(() => false);
  protocol.handle("app", (request) => {
    const { pathname } = new URL(request.url);
    const page = pages[pathname];
    return page === undefined
      ? new Response("not here", { status: 404, headers })
      : new Response(page, { headers });
  });
  const window = new BrowserWindow({
    show: false,
    webPreferences: { preload: join(import.meta.dirname, "preload.cjs") },
  });
  window.once("ready-to-show", () => window.show());
  for (const event of ["show", "hide", "focus", "blur", "closed"])
    window.on(event, () => see(event));
  await window.loadURL("app://conformance/");
});
