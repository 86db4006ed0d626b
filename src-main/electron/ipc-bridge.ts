import { ipcMain, type WebContents } from "electron";
import { limits } from "../../app/contract/limits.ts";
import { appRequests, type AppRequest } from "../../app/contract/app-bridge.ts";
import type { Opening } from "../../app/contract/opening.ts";
import type { CoreClient, CoreLink } from "../core/core-client.ts";
import type { AppLog } from "./app-log.ts";
import { appOrigin } from "./app-origins.ts";
import {
  bridgeChannel,
  type CoreDown,
  type FromPreload,
  type ToPreload,
} from "./bridge-channel.ts";
import { whyRefused } from "./sender-check.ts";

/** Relays between windows and the core: bytes that it does not look into, from senders that it checks. */
export interface IpcBridge {
  /** Messages of this window are listened to from now on. */
  admit(contents: WebContents): void;
  setCore(core: CoreClient): void;
  /** There is no core now. Windows are told, and connected to the next one. */
  setDown(down: CoreDown): void;
  /** A hidden window hears of counters only. */
  setHidden(contents: WebContents, isHidden: boolean): void;
}

const reconnectMs = 1_000;

interface Page {
  readonly contents: WebContents;
  /** The one that speaks now; null before its preload ran. */
  document: string | null;
  link: CoreLink | null;
  isHidden: boolean;
}

export interface IpcBridgeOptions {
  readonly log: AppLog;
  /** A document of a window began, and was connected where there is a core. It can be led somewhere. */
  readonly onDocument: (show: (opening: Opening) => void) => void;
  /** What a person wants while the engine stays down. */
  readonly onAppRequest: (request: AppRequest) => void;
}

export function createIpcBridge({ log, onDocument, onAppRequest }: IpcBridgeOptions): IpcBridge {
  const pages = new Map<number, Page>();
  let core: CoreClient | null = null;
  let down: CoreDown = { staysDown: false, message: null };
  const ours = { origin: appOrigin, isOurs: (id: number) => pages.has(id) };

  ipcMain.on(bridgeChannel, (event, message: unknown) => {
    const refusal = whyRefused(event, ours);
    const page = pages.get(event.sender.id);
    if (refusal !== null || page === undefined) {
      log.write("warn", "bridge", `A message was refused: ${refusal}.`);
      return;
    }
    if (!isFromPreload(message)) {
      log.write("warn", "bridge", "A message was refused: it is none of the preload's.");
      return;
    }
    if (message.kind === "open") {
      page.document = message.document;
      connect(page);
      onDocument((opening) => tell(page, { kind: "opening", opening }));
    } else if (message.document !== page.document) return;
    else if (message.kind === "message") page.link?.send(message.bytes);
    else onAppRequest(message.kind);
  });

  function connect(page: Page): void {
    hangUp(page);
    if (core === null) return tell(page, { kind: "down", ...down });
    page.link = core.connect({
      onMessage: (bytes) => tell(page, { kind: "message", bytes }),
      onDrop() {
        log.write("warn", "bridge", "A window sent what is no message; it was hung up on.");
        hangUp(page);
        tell(page, { kind: "down", staysDown: false, message: null });
        connectLater(page);
      },
    });
    if (page.isHidden) sendVisibility(page);
    const { instanceId, appVersion } = core.state;
    tell(page, { kind: "welcome", instanceId, appVersion });
  }

  /** A page with a defect gets no second connection at once. */
  function connectLater(page: Page): void {
    const { document } = page;
    setTimeout(() => {
      if (page.document === document && page.link === null) connect(page);
    }, reconnectMs);
  }

  function connectAll(): void {
    for (const page of pages.values()) {
      if (page.document !== null) connect(page);
    }
  }

  return {
    admit(contents) {
      const { id } = contents;
      const page: Page = { contents, document: null, link: null, isHidden: false };
      pages.set(id, page);
      contents.on("render-process-gone", () => {
        hangUp(page);
        page.document = null;
      });
      contents.once("destroyed", () => {
        hangUp(page);
        pages.delete(id);
      });
    },
    setCore(next) {
      core = next;
      connectAll();
    },
    setDown(next) {
      core = null;
      down = next;
      connectAll();
    },
    setHidden(contents, isHidden) {
      const page = pages.get(contents.id);
      if (page === undefined || page.isHidden === isHidden) return;
      page.isHidden = isHidden;
      sendVisibility(page);
    },
  };
}

function hangUp(page: Page): void {
  page.link?.close();
  page.link = null;
}

function sendVisibility({ link, isHidden }: Page): void {
  link?.send(Buffer.from(JSON.stringify({ kind: "visibility", hidden: isHidden })));
}

// Without its document, which is the page's; TypeScript needs it for each kind.
type WithoutDocument<Message> = Message extends unknown ? Omit<Message, "document"> : never;

function tell({ contents, document }: Page, message: WithoutDocument<ToPreload>): void {
  if (document === null || contents.isDestroyed()) return;
  const addressed: ToPreload = { ...message, document };
  contents.send(bridgeChannel, addressed);
}

/** The preload is ours, but what runs beside it may not be: its word is checked like a stranger's. */
function isFromPreload(message: unknown): message is FromPreload {
  if (typeof message !== "object" || message === null) return false;
  if (!("kind" in message) || !("document" in message)) return false;
  if (typeof message.document !== "string" || message.document.length > 100) return false;
  if (message.kind === "open" || isAppRequest(message.kind)) return true;
  return (
    message.kind === "message" &&
    "bytes" in message &&
    message.bytes instanceof Uint8Array &&
    message.bytes.byteLength <= limits.clientMessageBytes
  );
}

function isAppRequest(kind: unknown): kind is AppRequest {
  return typeof kind === "string" && Object.hasOwn(appRequests, kind);
}
