import { useRef, type ReactNode } from "react";
import { classNames } from "./class-names.ts";
import styles from "./Splitter.module.css";

const stepPx = 24;

/** Moves the border between two panes: by drag, by the arrow keys, Home and End; a double click resets it. */
export function Splitter(props: {
  readonly label: string;
  /** The pane whose width it sets, as seen from the border. */
  readonly pane: "left" | "right";
  readonly valuePx: number;
  readonly minPx: number;
  readonly maxPx: number;
  readonly onChange: (valuePx: number) => void;
  readonly onReset: () => void;
  readonly className?: string | undefined;
}): ReactNode {
  const { pane, valuePx, minPx, maxPx } = props;
  const drag = useRef<{ readonly x: number; readonly valuePx: number } | null>(null);
  const sign = pane === "left" ? 1 : -1;
  const change = (next: number): void => props.onChange(Math.max(minPx, Math.min(maxPx, next)));
  const keys: Readonly<Record<string, number>> = {
    ArrowLeft: valuePx - sign * stepPx,
    ArrowRight: valuePx + sign * stepPx,
    Home: minPx,
    End: maxPx,
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={props.label}
      aria-valuenow={Math.round(valuePx)}
      aria-valuemin={Math.round(minPx)}
      aria-valuemax={Math.round(maxPx)}
      tabIndex={0}
      className={classNames(styles.splitter, props.className)}
      onKeyDown={(event) => {
        const next = keys[event.key];
        if (next === undefined) return;
        event.preventDefault();
        change(next);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, valuePx };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null)
          change(drag.current.valuePx + sign * (event.clientX - drag.current.x));
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onPointerCancel={() => {
        drag.current = null;
      }}
      onDoubleClick={props.onReset}
    />
  );
}
