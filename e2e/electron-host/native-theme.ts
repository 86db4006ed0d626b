import { strict } from "./not-implemented.ts";
import { StrictEmitter } from "./strict-emitter.ts";

class NativeTheme extends StrictEmitter {
  themeSource = "system";
  shouldUseDarkColors = false;

  constructor() {
    super("nativeTheme", ["updated"]);
  }
}

export const nativeTheme = strict("nativeTheme", new NativeTheme());
