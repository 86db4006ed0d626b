import { useState } from "react";

/** A width that a person set, also in the next window. Null: none was. */
export function useRememberedWidth(
  name: string,
): readonly [number | null, (widthPx: number | null) => void] {
  const key = `handshake.width.${name}`;
  const [widthPx, setWidthPx] = useState(() => read(key));
  const remember = (next: number | null): void => {
    setWidthPx(next);
    if (next === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, String(Math.round(next)));
  };
  return [widthPx, remember];
}

function read(key: string): number | null {
  const text = window.localStorage.getItem(key);
  const widthPx = text === null ? Number.NaN : Number(text);
  return Number.isFinite(widthPx) ? widthPx : null;
}
