import { useRef, type ReactNode } from "react";
import styles from "./Splitter.module.css";

/** Moves the border between two panes: by drag, or by the arrow keys. */
export function Splitter(props: {
  readonly label: string;
  /** Width of the pane on its right. */
  readonly valuePx: number;
  readonly minPx: number;
  readonly maxPx: number;
  readonly onChange: (valuePx: number) => void;
}): ReactNode {
  const { valuePx, minPx, maxPx } = props;
  const drag = useRef<{ readonly x: number; readonly valuePx: number } | null>(null);
  const change = (next: number): void => props.onChange(Math.max(minPx, Math.min(maxPx, next)));
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={props.label}
      aria-valuenow={Math.round(valuePx)}
      aria-valuemin={minPx}
      aria-valuemax={maxPx}
      tabIndex={0}
      className={styles.splitter}
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        change(valuePx + (event.key === "ArrowLeft" ? 24 : -24));
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, valuePx };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) change(drag.current.valuePx + drag.current.x - event.clientX);
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
    />
  );
}
