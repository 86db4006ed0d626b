import { expect, test } from "vitest";
import { trayShape } from "./tray-shape.ts";

test("each state has a shape of its own, so that colour is not needed", () => {
  const shapes = (["idle", "working", "needs-you", "problem"] as const).map((state) =>
    Buffer.from(trayShape(state).pixels).toString("base64"),
  );
  expect(new Set(shapes).size).toBe(4);
});

test("a shape fills a fair part of its square", () => {
  for (const state of ["idle", "working", "needs-you", "problem"] as const) {
    const { pixels, sizePx } = trayShape(state);
    const share = pixels.filter((byte) => byte === 0xff).length / sizePx ** 2;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.7);
  }
});
