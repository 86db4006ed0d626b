import { appOriginOf, toAppUrl } from "./virtual-schemes.ts";

/** A frame as the main process sees it. */
export class WebFrameMain {
  readonly parent: WebFrameMain | null;
  readonly id: string;
  realUrl: string;
  detached = false;

  constructor(id: string, realUrl: string, parent: WebFrameMain | null) {
    this.id = id;
    this.realUrl = realUrl;
    this.parent = parent;
  }

  get url(): string {
    return toAppUrl(this.realUrl);
  }

  get origin(): string {
    return URL.canParse(this.url) ? appOriginOf(this.url) : "null";
  }

  get top(): WebFrameMain {
    return this.parent?.top ?? this;
  }

  isDestroyed(): boolean {
    return this.detached;
  }
}
