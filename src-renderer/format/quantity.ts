const count = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const money = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});
const percent = new Intl.NumberFormat("en", { style: "percent" });

/** `12,431`. */
export function formatCount(value: number): string {
  return count.format(value);
}

/** `12.4K`: where space is short. */
export function formatCompact(value: number): string {
  return compact.format(value);
}

export function formatCostUsd(value: number): string {
  return money.format(value);
}

export function formatPercent(share: number): string {
  return percent.format(share);
}

/** `812 B`, `4.1 kB`, `2.1 GB`: decimal, as disks are sold. */
export function formatBytes(bytes: number): string {
  const names = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = bytes;
  let step = 0;
  while (value >= 1_000 && step < names.length - 1) {
    value /= 1_000;
    step += 1;
  }
  if (step === 0) return `${count.format(bytes)} B`;
  return new Intl.NumberFormat("en", {
    style: "unit",
    unit: names[step] ?? "byte",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
