/** Joins the names that are there. */
export function classNames(...names: readonly (string | undefined | false)[]): string {
  return names.filter((name) => typeof name === "string" && name !== "").join(" ");
}
