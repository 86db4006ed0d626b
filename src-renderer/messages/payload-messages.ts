import { formatBytes, formatCount } from "../format/quantity.ts";
import { plural } from "./plural.ts";

/** Inputs, outputs and answers. */
export const payloadMessages = {
  pretty: "Pretty",
  raw: "Raw",
  copy: "Copy",
  copied: "Copied",
  size: (bytes: number) => formatBytes(bytes),
  masked: (count: number) =>
    `${plural(count, { one: "value that looks like a key is", other: "values that look like keys are" })} masked`,
  reveal: "Reveal for 30 s",
  more: (shown: number, total: number) =>
    `Show more (${formatBytes(shown)} of ${formatBytes(total)})`,
  moreItems: (count: number) => `Show ${formatCount(count)} more`,
  items: (count: number) => plural(count, { one: "item", other: "items" }),
  members: (count: number) => plural(count, { one: "field", other: "fields" }),
  longText: (length: number) => `… ${formatCount(length)} characters`,
  expand: "Unfold",
  collapse: "Fold",
  damaged: "This payload cannot be read.",
};
