import { randomBytes } from "node:crypto";
import { startIsolatedWorld, type IsolatedWorldOptions } from "./page/isolated-world.ts";
import { takeWindowOpen } from "./page/window-open.ts";
import { createWorldBridge } from "./page/world-bridge.ts";
import { createWireCodec } from "./wire-codec.ts";

/** The two scripts that run in each new document of a window, before any of its own. */
export interface PageSource {
  readonly options: IsolatedWorldOptions;
  readonly mainWorld: string;
  readonly isolatedWorld: string;
}

export const isolatedWorldName = "Electron Isolated Context";

export function pageSource(preloadText: string): PageSource {
  const bridge = { send: secretName(), receive: secretName() };
  const options: IsolatedWorldOptions = {
    toMain: secretName(),
    fromMain: secretName(),
    bridge,
    windowOpen: secretName(),
    process: {
      type: "renderer",
      sandboxed: true,
      contextIsolated: true,
      platform: process.platform,
      arch: process.arch,
      versions: process.versions,
      env: {},
    },
  };
  const otherHalf = JSON.stringify({ send: bridge.receive, receive: bridge.send });
  // Type stripping leaves plain JavaScript, so a function's text is what a page can run.
  const mainWorld = `if (window.top === window) {
    (${createWorldBridge.toString()})({ ...${otherHalf}, createWireCodec: ${createWireCodec.toString()} });
    (${takeWindowOpen.toString()})("${options.windowOpen}");
  }`;
  const isolatedWorld = `(${startIsolatedWorld.toString()})(
    ${JSON.stringify(options)}, ${createWireCodec.toString()}, ${createWorldBridge.toString()},
    function (require, process, module, exports) {\n${preloadText}\n});`;
  return { options, mainWorld, isolatedWorld };
}

function secretName(): string {
  return `k${randomBytes(12).toString("hex")}`;
}
