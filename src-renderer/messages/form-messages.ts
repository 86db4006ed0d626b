import { formatCount } from "../format/quantity.ts";
import { plural } from "./plural.ts";

/** Forms that are made from a JSON Schema. */
export const formMessages = {
  required: (title: string) => `\`${title}\` is needed.`,
  notANumber: "This is not a number.",
  notWhole: "This must be a whole number.",
  tooSmall: (least: number) => `At least ${formatCount(least)}.`,
  tooLarge: (most: number) => `At most ${formatCount(most)}.`,
  badJson: (message: string) => `This is not JSON: ${message}`,
  yes: "Yes",
  no: "No",
  choose: "Choose…",
  asJson: "as JSON",
  summary: (count: number) =>
    `${plural(count, { one: "field needs", other: "fields need" })} another look:`,
};
