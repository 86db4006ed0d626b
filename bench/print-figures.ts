import { styleText } from "node:util";
import { type Figure, type Verdict, verdictOf } from "./figure.ts";

/** A line for each figure: value, range of the rounds, target, and whether it is met. */
export function printFigures(figures: readonly Figure[]): void {
  for (const figure of figures) {
    const columns = [
      `  ${figure.name}`.padEnd(38),
      valueText(figure).padStart(18),
      rangeText(figure).padEnd(24),
      targetText(figure).padEnd(9),
      styledVerdict(verdictOf(figure)),
    ];
    console.log(columns.join(" ").trimEnd());
    if (figure.note !== undefined) console.log(styleText("dim", `      ${figure.note}`));
  }
}

function valueText({ value, unit }: Figure): string {
  if (value === null) return "–";
  return unit === "×" ? `${shorten(value)} ×` : `${shorten(value)} ${unit}`.trimEnd();
}

function rangeText({ range }: Figure): string {
  return range === undefined ? "" : `(${shorten(range[0])} – ${shorten(range[1])})`;
}

function targetText({ target }: Figure): string {
  if (target === undefined) return "";
  if ("atLeast" in target) return `≥ ${target.atLeast}`;
  return "atMost" in target ? `≤ ${target.atMost}` : `< ${target.below}`;
}

function styledVerdict(verdict: Verdict): string {
  if (verdict === "met") return styleText("green", verdict);
  return verdict === "" ? "" : styleText("red", verdict);
}

function shorten(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
