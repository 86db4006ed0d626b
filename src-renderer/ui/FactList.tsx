import type { ReactNode } from "react";
import styles from "./FactList.module.css";

export type Fact = readonly [name: string, value: ReactNode] | null;

/** Names and values in two columns; what is null is left out. */
export function FactList({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={styles.facts}>
      {facts.map(
        (fact) =>
          fact !== null && (
            <div key={fact[0]} className={styles.fact}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
