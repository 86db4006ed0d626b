import { protocol } from "electron";
import { screenFile, type Theme } from "../serve/screen-files.ts";
import { securityHeaders } from "../serve/security-headers.ts";
import { appOrigin, statusOrigin } from "./app-origins.ts";

export interface AppPages {
  /** The built screens. */
  readonly rendererFolder: string;
  readonly theme: () => Theme;
  /** The text of a status page, by its path; null where there is none. */
  readonly statusPage: (pathname: string) => StatusText | null;
}

export interface StatusText {
  readonly type: string;
  readonly text: string;
}

/** For the status pages: text and one stylesheet. */
const statusPagePolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Answers app://: the screens out of one folder, the status pages out of memory, and nothing else. */
export function serveAppPages({ rendererFolder, theme, statusPage }: AppPages): void {
  protocol.handle("app", (request) => {
    const { protocol: scheme, host, pathname } = new URL(request.url);
    if (request.method !== "GET") return refused(405);
    switch (`${scheme}//${host}`) {
      case appOrigin: {
        const { status, type, body } = screenFile(pathname, rendererFolder, theme());
        const headers = { ...securityHeaders, "content-type": type };
        return new Response(Uint8Array.from(body), { status, headers });
      }
      case statusOrigin: {
        const page = statusPage(pathname);
        if (page === null) return refused(404);
        return new Response(page.text, { headers: statusHeaders(page.type) });
      }
      default:
        return refused(404);
    }
  });
}

function refused(status: number): Response {
  return new Response(null, { status, headers: statusHeaders("text/plain") });
}

function statusHeaders(type: string): Record<string, string> {
  return { ...securityHeaders, "content-security-policy": statusPagePolicy, "content-type": type };
}
