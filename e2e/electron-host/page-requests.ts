import type { Protocol } from "devtools-protocol";
import type { CdpSession } from "./cdp.ts";
import { debugLog } from "./debug-log.ts";
import { handlerOf } from "./protocol.ts";
import { toAppUrl } from "./virtual-schemes.ts";

type Paused = Protocol.Fetch.RequestPausedEvent;

export interface PageRequestsOptions {
  readonly page: CdpSession;
  isMainFrame(frameId: string): boolean;
  /** False: a person or a script started this navigation, and the app refused it. */
  mayNavigate(url: string, options: { readonly isMainFrame: boolean }): boolean;
}

/** Every request of a page comes by here: navigations may be refused, the app's schemes are answered by it. */
export async function interceptRequests(options: PageRequestsOptions): Promise<void> {
  const { page } = options;
  page.on("Fetch.requestPaused", (paused) => {
    void handle(options, paused).catch((error: unknown) => {
      debugLog("a request found no page:", error);
    });
  });
  await page.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
}

async function handle(options: PageRequestsOptions, paused: Paused): Promise<void> {
  const { page } = options;
  const { requestId, resourceType, frameId } = paused;
  const url = toAppUrl(paused.request.url);
  if (resourceType === "Document") {
    const isMainFrame = options.isMainFrame(frameId);
    if (!options.mayNavigate(url, { isMainFrame })) {
      await page.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
      return;
    }
  }
  if (new URL(url).pathname === "/favicon.ico") {
    // Chromium asks for it by itself, Electron does not.
    await page.send("Fetch.fulfillRequest", { requestId, responseCode: 204 });
    return;
  }
  const handler = handlerOf(url.slice(0, url.indexOf(":")));
  if (handler === null) {
    await page.send("Fetch.continueRequest", { requestId });
    return;
  }
  const { method, headers, postData } = paused.request;
  let response: Response;
  try {
    const body = postData === undefined ? {} : { body: postData };
    response = await handler(new Request(url, { method, headers, ...body }));
  } catch (error) {
    console.error(`electron-host: the handler of ${url} failed:`, error);
    await page.send("Fetch.failRequest", { requestId, errorReason: "Failed" });
    return;
  }
  await page.send("Fetch.fulfillRequest", {
    requestId,
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
    body: Buffer.from(await response.arrayBuffer()).toString("base64"),
  });
}
