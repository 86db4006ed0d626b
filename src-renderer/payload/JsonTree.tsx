import { ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";
import { isJsonObject, type JsonValue } from "../../app/model/json.ts";
import { safeText } from "../../app/model/safe-text.ts";
import { payloadMessages as words } from "../messages/payload-messages.ts";
import styles from "./JsonTree.module.css";

const childrenAPage = 200;
const foldedTextLength = 2_000;
const openDepth = 2;

/** A JSON value that unfolds; long texts fold, large lists come in pages. */
export function JsonTree({ value }: { readonly value: JsonValue }): ReactNode {
  return (
    <div className={styles.tree}>
      <Value name={null} value={value} depth={0} />
    </div>
  );
}

interface ValueProps {
  readonly name: string | null;
  readonly value: JsonValue;
  readonly depth: number;
}

function Value(props: ValueProps): ReactNode {
  const { name, value } = props;
  const children = childrenOf(value);
  if (children !== null && children.length > 0) return <Branch {...props} entries={children} />;
  return (
    <div className={styles.line}>
      <Name name={name} />
      <Leaf value={value} />
    </div>
  );
}

function Branch(
  props: ValueProps & { readonly entries: readonly (readonly [string, JsonValue])[] },
): ReactNode {
  const { name, value, depth, entries } = props;
  const [isOpen, setIsOpen] = useState(depth < openDepth && entries.length <= childrenAPage);
  const [shown, setShown] = useState(childrenAPage);
  const isList = Array.isArray(value);
  const size = isList ? words.items(entries.length) : words.members(entries.length);
  return (
    <div>
      <button
        type="button"
        className={styles.branch}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <ChevronRight size={12} className={styles.arrow} aria-hidden="true" />
        <Name name={name} />
        <span className={styles.bracket}>{isList ? "[ ]" : "{ }"}</span>
        <span className={styles.size}>{size}</span>
      </button>
      {isOpen && (
        <div className={styles.children}>
          {entries.slice(0, shown).map(([key, child]) => (
            <Value key={key} name={key} value={child} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button
              type="button"
              className={styles.more}
              onClick={() => setShown(shown + childrenAPage)}
            >
              {words.moreItems(Math.min(childrenAPage, entries.length - shown))}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { readonly name: string | null }): ReactNode {
  if (name === null) return null;
  return <span className={styles.name}>{safeText(name)}</span>;
}

function Leaf({ value }: { readonly value: JsonValue }): ReactNode {
  if (typeof value === "string") return <Text text={value} />;
  if (value === null || typeof value !== "object") {
    return <span className={styles[value === null ? "null" : typeof value]}>{String(value)}</span>;
  }
  return <span className={styles.bracket}>{Array.isArray(value) ? "[ ]" : "{ }"}</span>;
}

function Text({ text }: { readonly text: string }): ReactNode {
  const [isWhole, setIsWhole] = useState(text.length <= foldedTextLength);
  const shown = isWhole ? text : text.slice(0, foldedTextLength);
  return (
    <span className={styles.string}>
      {safeText(shown, { lines: "keep" })}
      {!isWhole && (
        <button type="button" className={styles.more} onClick={() => setIsWhole(true)}>
          {words.longText(text.length)}
        </button>
      )}
    </span>
  );
}

function childrenOf(value: JsonValue): readonly (readonly [string, JsonValue])[] | null {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item, index) => [String(index), item]);
  }
  return isJsonObject(value) ? Object.entries(value) : null;
}
