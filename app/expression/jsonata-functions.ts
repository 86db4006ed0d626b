/** Built-ins that take the context for an argument left out, with the count that leaves none out. */
export const contextArguments: ReadonlyMap<string, number> = new Map([
  ["string", 1],
  ["boolean", 1],
  ["not", 1],
  ["keys", 1],
  ["spread", 1],
  ["clone", 1],
  ["lookup", 2],
  ["each", 2],
  ["sift", 2],
]);

/** One call may take seconds or gigabytes, and JSONata looks at the clock between calls only. */
export const slowFunctions: ReadonlySet<string> = new Set([
  "distinct",
  "pad",
  "parseInteger",
  "formatInteger",
]);
/** Their second argument is a picture, of which JSONata makes a regular expression. */
export const picturesAreSlow: ReadonlySet<string> = new Set([
  "toMillis",
  "fromMillis",
  "formatNumber",
]);

/** Where the built-ins take a function. */
export const functionArguments: ReadonlyMap<string, readonly number[]> = new Map([
  ["map", [1]],
  ["filter", [1]],
  ["single", [1]],
  ["reduce", [1]],
  ["sort", [1]],
  ["each", [0, 1]],
  ["sift", [0, 1]],
  ["match", [1]],
  ["contains", [1]],
  ["split", [1]],
  ["replace", [1, 2]],
]);

/** All of JSONata 2.2 without $eval, which is forbidden. */
export const builtIns: ReadonlySet<string> = new Set(
  (
    "sum count max min average string substring substringBefore substringAfter lowercase uppercase " +
    "length trim pad match contains replace split join formatNumber formatBase formatInteger " +
    "parseInteger number floor ceil round abs sqrt power random boolean not map zip filter single " +
    "reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle " +
    "distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl " +
    "toMillis fromMillis clone now millis"
  ).split(" "),
);
