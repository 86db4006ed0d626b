import "react";

declare module "react" {
  /** Custom properties: React passes them on, its types do not know them. */
  interface CSSProperties {
    readonly [name: `--${string}`]: string | number | undefined;
  }
}
