import { formatCount } from "../format/quantity.ts";

const rules = new Intl.PluralRules("en");

/** `1 run`, `12,431 runs`: the noun's form is chosen by the language's rule. */
export function plural(count: number, forms: { readonly one: string; readonly other: string }) {
  return `${formatCount(count)} ${nounFor(count, forms)}`;
}

/** The noun alone, where the number stands elsewhere. */
export function nounFor(count: number, forms: { readonly one: string; readonly other: string }) {
  return rules.select(count) === "one" ? forms.one : forms.other;
}
