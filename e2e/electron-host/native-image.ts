import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { strict } from "./not-implemented.ts";

interface BitmapOptions {
  readonly width: number;
  readonly height: number;
}

interface NativeImage {
  isEmpty(): boolean;
  /** The file, or the pixels' hash, for a spec that asks which one is shown. */
  readonly source: string;
  setTemplateImage(isTemplate: boolean): void;
}

export const nativeImage = strict("nativeImage", {
  createFromPath: (path: string): NativeImage => image(path, !existsSync(path)),
  createFromDataURL: (url: string): NativeImage => image(url, !url.startsWith("data:image/")),
  createFromBitmap(pixels: Buffer, { width, height }: BitmapOptions): NativeImage {
    if (pixels.length !== width * height * 4) throw new Error("invalid buffer size");
    return image(`bitmap ${createHash("sha256").update(pixels).digest("hex")}`, false);
  },
  createEmpty: (): NativeImage => image("", true),
});

function image(source: string, isEmpty: boolean): NativeImage {
  return strict("NativeImage", {
    source,
    isEmpty: () => isEmpty,
    setTemplateImage: () => undefined,
  });
}
