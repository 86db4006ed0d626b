/** Sizes a canvas to its box on this screen, clears it and lets the caller draw in CSS pixels. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  size: { readonly widthPx: number; readonly heightPx: number },
): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio;
  const width = Math.round(size.widthPx * ratio);
  const height = Math.round(size.heightPx * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, size.widthPx, size.heightPx);
  return context;
}
