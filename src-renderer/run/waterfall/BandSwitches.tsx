import { FoldHorizontal, UnfoldHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { runMessages } from "../../messages/run-messages.ts";
import type { BandSwitch } from "./stretches.ts";
import styles from "./Waterfall.module.css";

/** Buttons in the axis that open the bands of stretches without work, and collapse them again. */
export function BandSwitches(props: {
  readonly switches: readonly BandSwitch[];
  readonly onSwitch: (band: BandSwitch) => void;
}): ReactNode {
  const { switches, onSwitch } = props;
  if (switches.length === 0) return null;
  return (
    <div role="group" aria-label={runMessages.stretches}>
      {switches.map((band) => (
        <button
          key={band.key}
          type="button"
          className={styles.bandSwitch}
          style={{ transform: `translateX(${band.x}px)` }}
          aria-label={band.name}
          aria-expanded={band.isOpen}
          title={`${band.name} · ${runMessages.switchStretch[band.isOpen ? "collapse" : "open"]}`}
          onClick={() => onSwitch(band)}
        >
          {band.isOpen ? (
            <FoldHorizontal size={13} aria-hidden="true" />
          ) : (
            <UnfoldHorizontal size={13} aria-hidden="true" />
          )}
        </button>
      ))}
    </div>
  );
}
