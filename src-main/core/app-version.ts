import { readFileSync } from "node:fs";
import * as z from "zod";

const PackageFile = z.object({ version: z.string() });

/** The version in package.json, the one place where it is written. */
export const appVersion = PackageFile.parse(
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")),
).version;
