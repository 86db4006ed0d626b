import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeStorageConformance } from "../../../app/storage/storage.conformance.ts";
import { openTestStorage } from "./sqlite-fixture.conformance.ts";

describeStorageConformance("SQLite", openTestStorage);

test("[S5] [S4] the suite knows no backend, so that a second one passes it unchanged", () => {
  const folder = fileURLToPath(new URL("../../../app/storage/", import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const imports = files.flatMap((name) => {
    const text = readFileSync(`${folder}/${name}`, "utf8");
    return [...text.matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
  });
  const allowed =
    /^(\.\/|\.\.\/model\/|\.\.\/engine\/transitions\.ts$|vitest$|fast-check$|zod$|node:crypto$)/;
  expect(files.length).toBeGreaterThan(15);
  expect(imports.filter((path) => !allowed.test(path))).toEqual([]);
});
